"""Image folders: which files lie in them, whatever they stand for."""

from __future__ import annotations

import hashlib
import itertools
import os
import stat
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from cnnlab.base.errors import ConfigError
from cnnlab.base.texts import first_names, quantity
from cnnlab.data.image_folders.formats import SUFFIXES

_SUFFIXES = frozenset(SUFFIXES)
MACOS_FOLDER = "__MACOSX"
# What file systems, desktops, storage devices and notebooks make, in small letters.
_OF_SYSTEMS = frozenset({
    "lost+found", "$recycle.bin", "recycler", "system volume information", "found.000",
    "@eadir", "#recycle", "@recycle", "@tmp", "#snapshot", "@recently-snapshot", "network trash folder",
    "temporary items", "thumbnails", "_thumbnails", "__pycache__", "ipynb_checkpoints",
    ".ipynb_checkpoints", ".thumbnails", ".@__thumb", ".thumbs", ".fseventsd", ".spotlight-v100",
    ".documentrevisions-v100", ".temporaryitems", ".virtual_documents",
})  # fmt: skip
_NAMED = 5  # folders or files in a message; the rest is counted
_OF_RUN, _OF_STUDY = {"config.yaml", "status.json"}, {"study.json", "runs.csv"}
_OF_CACHE = ("images/*/images.npy", "features/*.npy", "hashes/*.lock", "locks/*.lock", "unpacked/*")
_LOOKED_AT = 20  # runs, before a folder counts as one of something else
# Of what may be cnnlab's own.
_MARKS = frozenset({"status.json", "study.json", "runs", "images", "features", "hashes", "locks", "unpacked"})


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
    """Files that are not images, by suffix."""
    num_images: dict[str, int] = field(default_factory=dict)
    """By folder, how many images lie right in it; those without are not named."""
    num_of_macos: int = 0
    """Files and folders that macOS adds to archives and foreign disks: `._name`, `__MACOSX`."""
    of_systems: list[str] = field(default_factory=list)
    """Folders that systems make: thumbnails, `lost+found`, a notebook's checkpoints. Nobody looks into them."""
    own: list[str] = field(default_factory=list)
    """Folders of cnnlab's: runs, studies, caches. What lies in them is never data."""


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
    if listing.own:
        _drop_emptied(listing)
    return listing


def permission_denied(error: PermissionError) -> ConfigError:
    """Return the error of a file or folder that may not be read."""
    return ConfigError(f"dataset.root: permission denied, '{error.filename}'. Make it readable.")


def _list_one(root: Path, folder: str, above: frozenset[_Place], listing: Listing, waiting: list[_Waiting]) -> None:
    """List one folder; the folders in it go to `waiting`, with the places of all that they lie in."""
    with os.scandir(root / folder) as found:
        entries = list(found)
    if folder:
        names = {entry.name for entry in entries}
        if not names.isdisjoint(_MARKS) and _is_own(root / folder, names):
            listing.own.append(folder)
            return
        listing.folders.append(folder)
    prefix = f"{folder}/" if folder else ""
    before = len(listing.images)
    for entry in entries:
        name = entry.name
        if name.startswith(".") or name == MACOS_FOLDER:
            listing.num_of_macos += name.startswith(("._", MACOS_FOLDER))
            if _is_of_system(name) and _is(entry.is_dir):
                listing.of_systems.append(prefix + name)
        elif _is(entry.is_dir):
            _list_folder(entry, prefix + name, above, listing, waiting)
        elif _has_image_suffix(name) and (image := _image_file(entry, prefix + name)) is not None:
            listing.images.append(image)
        else:  # pipes and devices too: to open one can wait for ever
            listing.others.append(prefix + name)
    if len(listing.images) > before:
        listing.num_images[folder] = len(listing.images) - before


def _list_folder(
    entry: os.DirEntry[str], path: str, above: frozenset[_Place], listing: Listing, waiting: list[_Waiting]
) -> None:
    """Let a folder wait for its turn, unless a system made it, or it is one of those that it lies in."""
    if _is_of_system(entry.name):
        listing.of_systems.append(path)
        return
    place = _place(Path(entry.path).stat())  # an entry has no inode on Windows
    if place not in above:
        waiting.append((path, above | {place}))


def _is_of_system(name: str) -> bool:
    lower = name.lower()
    return lower in _OF_SYSTEMS or lower.startswith(".trash")


def _has_image_suffix(name: str) -> bool:
    _, dot, ending = name.rpartition(".")  # a Path per file takes half a second for 60,000
    return f"{dot}{ending}" in _SUFFIXES or f"{dot}{ending.lower()}" in _SUFFIXES


def _drop_emptied(listing: Listing) -> None:
    """Leave out the folders that hold cnnlab's own and no images: they wait for none, as an empty class folder does."""
    with_images = {parent for folder in listing.num_images for parent in [folder, *_parents(folder)]}
    emptied = {parent for path in listing.own for parent in _parents(path)} - with_images
    listing.folders = [path for path in listing.folders if emptied.isdisjoint([path, *_parents(path)])]


def _parents(path: str) -> list[str]:
    return [path[:place] for place, letter in enumerate(path) if letter == "/"]


def _is_own(folder: Path, names: set[str]) -> bool:
    """Tell whether a folder is cnnlab's: a run, a study, `outputs` with runs, or a cache.

    Args:
        folder: the folder.
        names: of what lies in it.
    """
    if names >= _OF_RUN or names >= _OF_STUDY:
        return True
    if "runs" in names:
        runs = itertools.islice((folder / "runs").glob("*"), _LOOKED_AT)
        if any((run / ".lock").exists() or (run / "status.json").exists() for run in runs):
            return True
    is_like_cache = names <= {pattern.partition("/")[0] for pattern in _OF_CACHE}  # else it may hold many images
    return is_like_cache and any(next(folder.glob(pattern), None) is not None for pattern in _OF_CACHE)


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


def state_of(root: Path, path: str) -> ImageFile:
    """Return a file as it is now."""
    try:
        status = (root / path).stat()
    except OSError:
        return ImageFile(path, 0, 0, 0)
    return ImageFile(path, status.st_size, status.st_mtime_ns, status.st_ino)


def hash_lines(lines: Iterable[str]) -> str:
    """Return 16 hex digits that stand for the lines."""
    return hashlib.blake2b("\n".join(lines).encode(errors="surrogateescape"), digest_size=8).hexdigest()


def not_data(listing: Listing) -> list[str]:
    """Say what of cnnlab's, of macOS's and of other systems' lies among the images and is left out."""
    own, num_of_macos = listing.own, listing.num_of_macos
    notes = [f"{quantity(len(own), 'folder')} of cnnlab's own left out: {some(sorted(own))}"] if own else []
    if listing.of_systems:
        folders = quantity(len(listing.of_systems), "folder")
        notes.append(f"{folders} that systems make left out: {some(sorted(listing.of_systems))}")
    return notes + ([f"{num_of_macos} of macOS's own left out (._*, {MACOS_FOLDER})"] if num_of_macos else [])


def quoted(names: Iterable[str]) -> str:
    """Return names in quotes, with commas between."""
    return ", ".join(f"'{name}'" for name in names)


def some(names: Sequence[str]) -> str:
    """Return the first names in quotes, and how many more there are."""
    return first_names([f"'{name}'" for name in names], _NAMED)
