"""Image folders: which files there are, and which split and class their place gives them."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from cnnlab.base.errors import ConfigError
from cnnlab.base.texts import printable

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".ppm", ".pgm", ".tif", ".tiff", ".webp"})
SPLIT_NAMES = {
    "train": ("train", "training"),
    "val": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing", "eval"),
}
_MACOS_FOLDER = "__MACOSX"
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
    num_of_macos: int = 0
    """Files and folders that macOS adds to archives and foreign disks: `._name`, `__MACOSX`."""


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


_Place = tuple[int, int]  # device and inode: what a folder is, whatever link leads to it
_Waiting = tuple[str, frozenset[_Place]]


def list_folder(root: Path) -> Listing:
    """List everything under `root`; links are followed, but not in circles.

    Raises:
        ConfigError: it is no folder, or one inside may not be read.
    """
    listing = Listing()
    try:
        if not root.is_dir():
            raise ConfigError(f"dataset.root: no folder '{root}'.")
        if root.resolve() == Path(root.resolve().anchor):
            raise ConfigError(f"dataset.root: is the whole disk, got '{root}'. Give the folder of the images.")
        waiting: list[_Waiting] = [("", frozenset({_place(root.stat())}))]
        while waiting:
            _list_one(root, *waiting.pop(), listing, waiting)
    except PermissionError as error:
        raise permission_denied(error) from error
    except OSError as error:
        raise ConfigError(f"dataset.root: cannot be read, '{error.filename}' ({error.strerror}).") from error
    listing.images.sort(key=lambda image: image.path)
    return listing


def permission_denied(error: PermissionError) -> ConfigError:
    """Return the error of a file or folder that may not be read."""
    return ConfigError(f"dataset.root: permission denied, '{error.filename}'. Make it readable.")


def _list_one(root: Path, folder: str, above: frozenset[_Place], listing: Listing, waiting: list[_Waiting]) -> None:
    """List one folder; the folders in it go to `waiting`, with the places of all that they lie in."""
    with os.scandir(root / folder) as entries:
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.name.startswith("."):
                listing.num_of_macos += entry.name.startswith("._")
            elif entry.name == _MACOS_FOLDER:
                listing.num_of_macos += 1
            elif _is(entry.is_dir):
                place = _place(Path(entry.path).stat())  # an entry has no inode on Windows
                if place not in above:
                    listing.folders.append(path)
                    waiting.append((path, above | {place}))
            elif _suffix(entry.name) in SUFFIXES and (_is(entry.is_file) or _leads_nowhere(entry)):
                listing.images.append(_image_file(entry, path))
            else:  # pipes and devices too: to open one can wait for ever
                listing.others.append(path)


def _is(kind: Callable[[], bool]) -> bool:
    try:
        return kind()
    except OSError:  # a link that leads to itself
        return False


def _leads_nowhere(entry: os.DirEntry[str]) -> bool:
    """Tell whether an entry is a link to what is not there; one to a pipe or a device is none."""
    return entry.is_symlink() and not os.path.exists(entry.path)  # noqa: PTH110 - pathlib's raises for some links


def _place(status: os.stat_result) -> _Place:
    return status.st_dev, status.st_ino


def _suffix(path: str) -> str:
    return os.path.splitext(path)[1].lower()  # noqa: PTH122 - a Path per file takes half a second for 60,000


def _image_file(entry: os.DirEntry[str], path: str) -> ImageFile:
    try:
        status = entry.stat()
    except OSError:  # a link to nowhere or to itself: it will be named among those that cannot be decoded
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
    names = [printable(image.path.split("/", depth + 1)[depth]) for image in images]
    if problems := _problems(root, folders, set(zip(splits, names)), roles):
        raise ConfigError(*problems)
    classes = tuple(sorted({name for split, name in zip(splits, names) if split == "train"}, key=_natural))
    index = {name: label for label, name in enumerate(classes)}
    labels = [index[name] for name in names]
    notes += _left_out([path for path in listing.others if _is_inside(path, roles, depth)])
    notes += macos_left_out(listing)
    return Layout(tuple(images), tuple(splits), tuple(labels), classes, tuple(notes))


def _split_folders(listing: Listing) -> tuple[dict[str, str], list[str]]:
    """Return the role of each split folder, none where the classes lie at the top, and what to tell the user."""
    top = sorted(path for path in listing.folders if "/" not in path)
    roles = {name: _ROLES[name.lower()] for name in top if name.lower() in _ROLES}
    if "train" not in roles.values():
        if roles and len(roles) == len(top):
            raise ConfigError(f"dataset.root: no folder 'train' beside {quoted(roles)}.")
        return {}, []
    with_folders = {_first(path) for path in listing.folders if "/" in path}
    if not any(roles.get(name) == "train" for name in with_folders):
        return {}, []  # a class that is called train: the images lie right in it
    twice = [name for name, role in roles.items() if list(roles.values()).count(role) > 1]
    if twice:
        raise ConfigError(f"dataset.root: more than one folder for a split: {quoted(twice)}. Leave one.")
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
            problems.append(f"dataset.root: classes in '{folder}' without training images: {quoted(strange)}.")
    empty = [
        path for path in folders if (roles.get(_first(path), "train"), printable(path.rpartition("/")[2])) not in places
    ]
    if empty:
        problems.append(f"dataset.root: no images in class folder {quoted(sorted(empty))}. Fill or remove it.")
    if len(trained) == 1 and not problems:
        problems.append(f"dataset.root: one class only, {quoted(trained)}. It takes two folders of images or more.")
    return problems


def _natural(name: str) -> tuple[int, int, str]:
    """Order whole numbers by value, before all other names."""
    return (0, int(name), name) if name.isdecimal() else (1, 0, name)


def _is_inside(path: str, roles: dict[str, str], depth: int) -> bool:
    """Tell whether a file lies in a class folder, at whatever depth."""
    return path.count("/") > depth and (not roles or _first(path) in roles)


def _first(path: str) -> str:
    return path.split("/", 1)[0]


def macos_left_out(listing: Listing) -> list[str]:
    """Say how much of macOS's own lies among the images."""
    count = listing.num_of_macos
    return [f"{count} of macOS's own left out (._*, {_MACOS_FOLDER})"] if count else []


def _left_out(paths: list[str]) -> list[str]:
    if not paths:
        return []
    count = "1 file that is no image" if len(paths) == 1 else f"{len(paths)} files that are no images"
    by_suffix = ", ".join(suffix or "none" for suffix in sorted(Counter(map(_suffix, paths))))
    return [f"{count} left out, by suffix: {by_suffix}"]


def quoted(names: Iterable[str]) -> str:
    """Return names in quotes, with commas between."""
    return ", ".join(f"'{name}'" for name in names)
