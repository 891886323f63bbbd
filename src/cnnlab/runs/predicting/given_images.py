"""The images that a user names: files and folders, and what in these is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cnnlab.base.errors import ConfigError
from cnnlab.base.texts import and_more, printable, quantity

_RAW = frozenset({
    ".arw", ".cr2", ".cr3", ".dng", ".nef", ".orf", ".pef", ".raf", ".rw2", ".srw", ".psd", ".eps", ".svg", ".xcf",
})  # fmt: skip
_NAMED = 5  # kinds of files in a note; the rest is counted
_NO_IMAGE = "that is not an image"


@dataclass(frozen=True)
class GivenImage:
    """An image file, and where it lies."""

    path: Path
    folders: tuple[str, ...]
    """Names of the folders around it that the user named or that lie in one that was named, innermost first."""

    def label(self, classes: Sequence[str]) -> int | None:
        """Return the class that the innermost folder is called after; None where no folder is."""
        return next((classes.index(name) for name in self.folders if name in classes), None)


@dataclass(frozen=True)
class Given:
    """All images that were named."""

    images: tuple[GivenImage, ...] = ()
    left_out: tuple[str, ...] = ()
    """What of the folders is left out, a line each."""
    lacks_photos: bool = False
    """Whether pictures are left out that cnnlab does not read: drawings and a camera's raw files."""

    @property
    def files(self) -> list[Path]:
        """Their paths."""
        return [image.path for image in self.images]


def find_images(paths: Sequence[Path]) -> Given:
    """Return the files, and in place of each folder the images under it.

    Raises:
        ConfigError: a path is not there, or a folder holds no images.
    """
    images: list[GivenImage] = []
    others: list[str] = []
    notes: list[str] = []
    for path in paths:
        if path.is_dir():
            images += _in_folder(path, others, notes)
        elif path.is_file():
            images.append(GivenImage(path, (printable(path.resolve().parent.name),)))
        else:  # a pipe too: to open one can wait for ever
            raise ConfigError(f"images: no file or folder '{path}'.")
    photos = [name for name in others if _suffix(name) in _RAW]
    rest = [name for name in others if _suffix(name) not in _RAW]
    notes = [*_counted(photos, "picture", "that cnnlab does not read"), *_counted(rest, "file", _NO_IMAGE), *notes]
    return Given(tuple(images), tuple(notes), bool(photos))


def _in_folder(path: Path, others: list[str], notes: list[str]) -> Iterator[GivenImage]:
    from cnnlab.data.image_folders.formats import SUFFIXES
    from cnnlab.data.image_folders.listing import list_folder, not_data

    listing = list_folder(path)
    others += listing.others
    notes += not_data(listing)
    if not listing.images:
        found = "".join(f" Left out: {note}." for note in _counted(listing.others, "file", _NO_IMAGE))
        raise ConfigError(f"images: no images in folder '{path}'. It takes {', '.join(SUFFIXES)}.{found}")
    above = printable(path.resolve().name)
    for image in listing.images:
        inside = map(printable, reversed(image.path.split("/")[:-1]))
        yield GivenImage(path / image.path, (*inside, above))


def _suffix(name: str) -> str:
    return Path(name).suffix.lower()


def _counted(names: Iterable[str], what: str, which: str) -> list[str]:
    """Say how many files there are, by suffix, most frequent first; nothing where there are none."""
    kinds = Counter(_suffix(name) or "without suffix" for name in names)
    if not kinds:
        return []
    number = sum(kinds.values())
    plural = which.replace("is not an image", "are not images") if number > 1 else which
    shown = ", ".join(f"{suffix} {count:,}" for suffix, count in kinds.most_common(_NAMED))
    return [f"{quantity(number, what)} {plural} ({shown}{and_more(len(kinds) - _NAMED, 'kinds')})"]
