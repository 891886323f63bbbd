"""Image folders: which files there are, and which split and class their place gives them."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from cnnlab.errors import ConfigError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".ppm", ".pgm", ".tif", ".tiff", ".webp"})
SPLIT_NAMES = {
    "train": ("train", "training"),
    "val": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing", "eval"),
}
_ROLES = {name: role for role, names in SPLIT_NAMES.items() for name in names}


@dataclass(frozen=True)
class ImageFile:
    """One image file as the listing sees it."""

    path: str
    """Relative to the root, with /."""
    size: int
    """Bytes."""
    modified: int
    """Time of the last change, in ns."""


@dataclass
class Listing:
    """What lies under a root, hidden files and folders apart. Paths are relative, with /."""

    images: list[ImageFile] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    """Files that are no images, by suffix."""


@dataclass(frozen=True)
class Layout:
    """The images of a data set and what their folders say of them."""

    images: tuple[ImageFile, ...]
    """Sorted by path."""
    splits: tuple[str, ...]
    """For each image `train`, `val` or `test`."""
    labels: tuple[int, ...]
    classes: tuple[str, ...]
    notes: tuple[str, ...]


def list_folder(root: Path) -> Listing:
    """List everything under `root`; links are followed, but not in circles.

    Raises:
        ConfigError: it is no folder, or one inside may not be read.
    """
    listing, waiting = Listing(), [""]
    try:
        if not root.is_dir():
            raise ConfigError(f"dataset.root: no folder '{root}'.")
        while waiting:
            _list_one(root, waiting.pop(), listing, waiting)
    except PermissionError as error:
        raise permission_denied(error) from error
    listing.images.sort(key=lambda image: image.path)
    return listing


def permission_denied(error: PermissionError) -> ConfigError:
    """Return the error of a file or folder that may not be read."""
    return ConfigError(f"dataset.root: permission denied, '{error.filename}'. Make it readable.")


def _list_one(root: Path, folder: str, listing: Listing, waiting: list[str]) -> None:
    with os.scandir(root / folder) as entries:
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                if not (entry.is_symlink() and _leads_up(Path(entry.path))):
                    listing.folders.append(path)
                    waiting.append(path)
            elif _suffix(entry.name) in SUFFIXES:
                listing.images.append(_image_file(entry, path))
            else:
                listing.others.append(path)


def _leads_up(link: Path) -> bool:
    return link.parent.resolve().is_relative_to(link.resolve())


def _printable(name: str) -> str:
    """Write bytes of a name that are no UTF-8 as text, such as `caf\\xe9`: class names go into files and pictures."""
    return name.encode(errors="surrogateescape").decode(errors="backslashreplace")


def _suffix(path: str) -> str:
    return os.path.splitext(path)[1].lower()  # noqa: PTH122 - a Path per file takes half a second for 60,000


def _image_file(entry: os.DirEntry[str], path: str) -> ImageFile:
    try:
        status = entry.stat()
    except FileNotFoundError:  # a link to nowhere: it will be named among those that cannot be decoded
        return ImageFile(path, 0, 0)
    return ImageFile(path, status.st_size, status.st_mtime_ns)


def content_hash(root: Path) -> str:
    """Return 16 hex digits that stand for the (relative path, size) of every image file under `root`.

    Raises:
        ConfigError: `root` is no folder, or may not be read.
    """
    return hash_lines(f"{image.path}\t{image.size}" for image in list_folder(root.expanduser()).images)


def hash_lines(lines: Iterable[str]) -> str:
    """Return 16 hex digits that stand for the lines."""
    return hashlib.blake2b("\n".join(lines).encode(errors="surrogateescape"), digest_size=8).hexdigest()


def read_layout(root: Path) -> Layout:
    """Find splits and classes: `root/<class>/**/image`, or `root/<split>/<class>/**/image`.

    With a training folder and one other, the other is the test split, whatever it is called.

    Raises:
        ConfigError: the folder holds no such data set; the text says what is missing.
    """
    listing = list_folder(root)
    roles, notes = _split_folders(listing)
    depth = 1 if roles else 0  # of the class in the path
    images = [image for image in listing.images if _is_inside(image.path, roles, depth)]
    if not images:
        raise ConfigError(
            f"dataset.root: no images in class folders under '{root}'. "
            "It takes <class>/image or train/<class>/image and test/<class>/image."
        )
    folders = [path for path in listing.folders if path.count("/") == depth and (not roles or _first(path) in roles)]
    splits = [roles[_first(image.path)] if roles else "train" for image in images]
    names = [_printable(image.path.split("/", depth + 1)[depth]) for image in images]
    if problems := _problems(root, folders, set(zip(splits, names)), roles):
        raise ConfigError(*problems)
    classes = tuple(sorted({name for split, name in zip(splits, names) if split == "train"}, key=_natural))
    index = {name: label for label, name in enumerate(classes)}
    labels = [index[name] for name in names]
    notes += _left_out([path for path in listing.others if _is_inside(path, roles, depth)])
    return Layout(tuple(images), tuple(splits), tuple(labels), classes, tuple(notes))


def _split_folders(listing: Listing) -> tuple[dict[str, str], list[str]]:
    """Return the role of each split folder, none where the classes lie at the top, and what to tell the user."""
    top = sorted(path for path in listing.folders if "/" not in path)
    roles = {name: _ROLES[name.lower()] for name in top if name.lower() in _ROLES}
    if "train" not in roles.values():
        if roles and len(roles) == len(top):
            raise ConfigError(f"dataset.root: no folder 'train' beside {_quoted(roles)}.")
        return {}, []
    with_folders = {_first(path) for path in listing.folders if "/" in path}
    if not any(roles.get(name) == "train" for name in with_folders):
        return {}, []  # a class that is called train: the images lie right in it
    twice = [name for name, role in roles.items() if list(roles.values()).count(role) > 1]
    if twice:
        raise ConfigError(f"dataset.root: more than one folder for a split: {_quoted(twice)}. Leave one.")
    with_images = {_first(image.path) for image in listing.images}
    notes = [f"folder '{name}' left out, it is no split" for name in top if name not in roles and name in with_images]
    others = [name for name, role in roles.items() if role != "train"]
    if len(others) == 1:
        roles[others[0]] = "test"
        if others[0].lower() in SPLIT_NAMES["val"]:
            notes.append(f"folder '{others[0]}' is the test split, there is no other")
    return roles, notes


def _problems(root: Path, folders: list[str], places: set[tuple[str, str]], roles: dict[str, str]) -> list[str]:
    """Say what is missing: images of a split or a class, training images of a class, a second class.

    Args:
        root: for the message.
        folders: the class folders, full or empty.
        places: the (split, class) of all images.
        roles: the split of each split folder; empty where there are none.
    """
    problems, trained = [], {name for split, name in places if split == "train"}
    for folder, role in roles.items():
        names = {name for split, name in places if split == role}
        if not names:
            problems.append(f"dataset.root: no images in class folders under '{root / folder}'.")
        if strange := sorted(names - trained):
            problems.append(f"dataset.root: classes in '{folder}' without training images: {_quoted(strange)}.")
    empty = [
        path
        for path in folders
        if (roles.get(_first(path), "train"), _printable(path.rpartition("/")[2])) not in places
    ]
    if empty:
        problems.append(f"dataset.root: no images in class folder {_quoted(sorted(empty))}. Fill or remove it.")
    if len(trained) == 1 and not problems:
        problems.append(f"dataset.root: one class only, {_quoted(trained)}. It takes two folders of images or more.")
    return problems


def _natural(name: str) -> tuple[int, int, str]:
    """Order whole numbers by value, before all other names."""
    return (0, int(name), name) if name.isdecimal() else (1, 0, name)


def _is_inside(path: str, roles: dict[str, str], depth: int) -> bool:
    """Tell whether a file lies in a class folder, at whatever depth."""
    return path.count("/") > depth and (not roles or _first(path) in roles)


def _first(path: str) -> str:
    return path.split("/", 1)[0]


def _left_out(paths: list[str]) -> list[str]:
    if not paths:
        return []
    count = "1 file that is no image" if len(paths) == 1 else f"{len(paths)} files that are no images"
    by_suffix = ", ".join(suffix or "none" for suffix in sorted(Counter(map(_suffix, paths))))
    return [f"{count} left out, by suffix: {by_suffix}"]


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
