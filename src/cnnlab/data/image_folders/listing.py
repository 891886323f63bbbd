"""Image folders: which files lie in them, whatever they stand for."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from cnnlab.base.errors import ConfigError

SUFFIXES = (".bmp", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
_MACOS_FOLDER = "__MACOSX"


class ImageFile(NamedTuple):
    """One image file as the listing sees it: a `FileState`. There are many, and a tuple is made soonest."""

    path: str
    """Relative to the root, with /."""
    size: int
    """Bytes."""
    modified: int
    """Time of the last change, in ns."""
    inode: int


@dataclass
class Listing:
    """What lies under a root, hidden files and folders apart. Paths are relative, with /."""

    images: list[ImageFile] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    """Files that are no images, by suffix."""
    num_of_macos: int = 0
    """Files and folders that macOS adds to archives and foreign disks: `._name`, `__MACOSX`."""


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
    listing.images.sort()
    return listing


def permission_denied(error: PermissionError) -> ConfigError:
    """Return the error of a file or folder that may not be read."""
    return ConfigError(f"dataset.root: permission denied, '{error.filename}'. Make it readable.")


def _list_one(root: Path, folder: str, above: frozenset[_Place], listing: Listing, waiting: list[_Waiting]) -> None:
    """List one folder; the folders in it go to `waiting`, with the places of all that they lie in."""
    prefix = f"{folder}/" if folder else ""
    with os.scandir(root / folder) as entries:
        for entry in entries:
            name = entry.name
            path = prefix + name
            if name.startswith("."):
                listing.num_of_macos += name.startswith("._")
            elif name == _MACOS_FOLDER:
                listing.num_of_macos += 1
            elif _is(entry.is_dir):
                place = _place(Path(entry.path).stat())  # an entry has no inode on Windows
                if place not in above:
                    listing.folders.append(path)
                    waiting.append((path, above | {place}))
            elif name.lower().endswith(SUFFIXES) and (image := _image_file(entry, path)) is not None:
                listing.images.append(image)
            else:  # pipes and devices too: to open one can wait for ever
                listing.others.append(path)


def _is(kind: Callable[[], bool]) -> bool:
    try:
        return kind()
    except OSError:  # a link that leads to itself
        return False


def _place(status: os.stat_result) -> _Place:
    return status.st_dev, status.st_ino


def _image_file(entry: os.DirEntry[str], path: str) -> ImageFile | None:
    """Return a file with its state; None for a pipe or a device, which a link may lead to."""
    try:
        status = entry.stat()
    except OSError:  # a link to nowhere or to itself: it will be named among those that cannot be decoded
        return ImageFile(path, 0, 0, 0)
    if not stat.S_ISREG(status.st_mode):
        return None
    return ImageFile(path, status.st_size, status.st_mtime_ns, status.st_ino)


def hash_lines(lines: Iterable[str]) -> str:
    """Return 16 hex digits that stand for the lines."""
    return hashlib.blake2b("\n".join(lines).encode(errors="surrogateescape"), digest_size=8).hexdigest()


def macos_left_out(listing: Listing) -> list[str]:
    """Say how much of macOS's own lies among the images."""
    count = listing.num_of_macos
    return [f"{count} of macOS's own left out (._*, {_MACOS_FOLDER})"] if count else []


def quoted(names: Iterable[str]) -> str:
    """Return names in quotes, with commas between."""
    return ", ".join(f"'{name}'" for name in names)
