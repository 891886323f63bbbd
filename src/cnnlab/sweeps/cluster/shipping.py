"""Data sets as bytes, for nodes that lack them: each lands where its runs look for it, once per node."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from cnnlab.base.drafts import draft_folder

_GIB = 2**30
Files = dict[str, bytes]
"""Path below a folder, with / -> content."""


class TooLarge(Exception):
    """A folder takes more bytes than may be sent.

    Args:
        num_bytes: that it takes.
    """

    def __init__(self, num_bytes: int) -> None:
        super().__init__(num_bytes)
        self.gib = num_bytes / _GIB


@dataclass(frozen=True)
class Parcel:
    """A data set on its way."""

    data: Files
    caches: dict[str, Files]
    """By the name of a folder in `images` of the cache."""


def pack_data(folder: Path, caches: Sequence[Path], *, limit_gib: float) -> Parcel:
    """Return the files of a data set, and of its decoded images what the limit leaves room for.

    Raises:
        TooLarge: the data set alone takes more.
        OSError: a file cannot be read.
    """
    room = limit_gib * _GIB - _num_bytes(folder)
    if room < 0:
        raise TooLarge(_num_bytes(folder))
    taken = {}
    for cache in caches:  # those that are left out are made anew on the node
        if (size := _num_bytes(cache)) <= room:
            room -= size
            taken[cache.name] = read_files(cache)
    return Parcel(read_files(folder), taken)


def unpack_data(parcel: Parcel, folder: Path, cache: Path) -> None:
    """Put a data set where its runs look for it; what is there already stays.

    Args:
        parcel: as packed.
        folder: of the data set.
        cache: of decoded images.

    Raises:
        OSError: it cannot be written.
    """
    for name, files in parcel.caches.items():
        _write(files, cache / "images" / name)
    _write(parcel.data, folder)  # last: it says that the data set is there


def at_the_door(folder: Path) -> FileLock:
    """Return the lock of those on this machine that wait for a data set: one of them takes it in."""
    key = hashlib.sha256(str(folder).encode(errors="surrogateescape")).hexdigest()[:16]
    return FileLock(Path(tempfile.gettempdir()) / f"cnnlab-data-{key}.lock", mode=0o666)


def read_files(folder: Path) -> Files:
    """Return the files below a folder, hidden ones apart."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in _files(folder)}


def _num_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in _files(folder))


def _files(folder: Path) -> list[Path]:
    paths = sorted(folder.rglob("*"))
    return [path for path in paths if path.is_file() and not _is_hidden(path.relative_to(folder))]


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _write(files: Files, folder: Path) -> None:
    if folder.exists():
        return
    with draft_folder(folder) as draft:
        for name, content in files.items():
            path = draft / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        draft.rename(folder)
