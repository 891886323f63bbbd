"""What the folders of image files say of them: which split and class their place gives them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cnnlab.base.errors import ConfigError
from cnnlab.base.texts import printable
from cnnlab.data.image_folders.listing import ImageFile, Listing, list_folder, macos_left_out, quoted

SPLIT_NAMES = {
    "train": ("train", "training"),
    "val": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing", "eval"),
}
_ROLES = {name: role for role, names in SPLIT_NAMES.items() for name in names}


@dataclass(frozen=True)
class Layout:
    """The images of a data set and what their folders say of them."""

    root: Path
    """The folder that the paths start from."""
    images: tuple[ImageFile, ...]
    """Sorted by path."""
    splits: tuple[str, ...]
    """For each image `train`, `val` or `test`."""
    labels: tuple[int, ...]
    classes: tuple[str, ...]
    notes: tuple[str, ...]


def read_layout(root: Path) -> Layout:
    """Find splits and classes: `root/<class>/**/image`, or `root/<split>/<class>/**/image`.

    With a training folder and one other, the other is the test split, whatever it is called.

    Raises:
        ConfigError: the folder holds no such data set; the text says what is missing.
    """
    listing = list_folder(root)
    roles, notes = _split_folders(listing)
    depth = 1 if roles else 0  # of the class in the path
    parents = [image.path.rpartition("/")[0] for image in listing.images]
    places = {parent: _place(parent, roles, depth) for parent in set(parents)}  # folders are few, files many
    images = [image for image, parent in zip(listing.images, parents) if places[parent] is not None]
    if not images:
        raise ConfigError(
            f"dataset.root: no images in class folders under '{root}'. "
            "It takes <class>/image or train/<class>/image and test/<class>/image."
        )
    placed = [place for parent in parents if (place := places[parent]) is not None]
    folders = [path for path in listing.folders if path.count("/") == depth and (not roles or _first(path) in roles)]
    if problems := _problems(root, folders, set(placed), roles):
        raise ConfigError(*problems)
    classes = tuple(sorted({name for split, name in set(placed) if split == "train"}, key=_natural))
    index = {name: label for label, name in enumerate(classes)}
    others = [path for path in listing.others if _place(path.rpartition("/")[0], roles, depth) is not None]
    return Layout(
        root=root,
        images=tuple(images),
        splits=tuple(split for split, _ in placed),
        labels=tuple(index[name] for _, name in placed),
        classes=classes,
        notes=(*notes, *_left_out(others), *macos_left_out(listing)),
    )


def _place(folder: str, roles: dict[str, str], depth: int) -> tuple[str, str] | None:
    """Return split and class of the files in a folder; None outside class folders, which may hold folders in turn.

    Args:
        folder: relative to the root; empty for the root itself.
        roles: the split of each split folder; empty where there are none.
        depth: of the class in the path.
    """
    parts = folder.split("/")
    if not folder or len(parts) <= depth or (roles and parts[0] not in roles):
        return None
    return roles[parts[0]] if roles else "train", printable(parts[depth])


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


def _first(path: str) -> str:
    return path.split("/", 1)[0]


def _left_out(paths: list[str]) -> list[str]:
    if not paths:
        return []
    count = "1 file that is no image" if len(paths) == 1 else f"{len(paths)} files that are no images"
    by_suffix = ", ".join(suffix or "none" for suffix in sorted({Path(path).suffix.lower() for path in paths}))
    return [f"{count} left out, by suffix: {by_suffix}"]
