"""Class folders in a zip archive: unpacked once into the cache, where they are a folder like any other."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path, PurePosixPath, PureWindowsPath

from cnnlab.base.drafts import draft_folder, remove_abandoned
from cnnlab.base.errors import ConfigError, brief
from cnnlab.base.hashing import FileHashes
from cnnlab.base.progress import Progress
from cnnlab.data.image_folders.listing import MACOS_FOLDER

SUFFIX = ".zip"
_GIB, _MIB = 2**30, 2**20
_KEY = 16  # hex digits of the archive's hash


def unpacked(root: Path, *, cache_dir: Path, hashes: FileHashes, progress: Progress | None = None) -> Path:
    """Return the folder that a root stands for: itself, or what a zip archive holds.

    Args:
        root: of a data set.
        cache_dir: gets `unpacked/<hash of the archive>`.
        hashes: know the archives that were read before.
        progress: told how many files are unpacked.

    Raises:
        ConfigError: the archive is damaged, locked, larger than the disk has room for, or not to be trusted.
    """
    root = root.expanduser()
    if root.suffix.lower() != SUFFIX or not root.is_file():
        return root
    folder = cache_dir / "unpacked" / hashes.of(root)[:_KEY]
    remove_abandoned(folder.parent)
    if not folder.is_dir():
        with draft_folder(folder) as draft:
            _unpack(root, draft, progress)
            try:
                draft.rename(folder)
            except OSError:
                if not folder.is_dir():  # else another process was faster
                    raise
    return _inmost(folder)


def _unpack(archive: Path, folder: Path, progress: Progress | None) -> None:
    try:
        with zipfile.ZipFile(archive) as opened:
            files = [info for info in opened.infolist() if not info.is_dir()]
            num_bytes = sum(info.file_size for info in files)
            _check(archive, files, num_bytes, free=shutil.disk_usage(folder).free)
            what = f"unpacking {archive.name}, {_size(num_bytes)}"
            for number, info in enumerate(files, start=1):
                opened.extract(info, folder)
                if progress is not None:
                    progress(what, number, len(files))
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise ConfigError(f"dataset.root: '{archive}' cannot be unpacked ({error}). Fetch it again.") from error


def _check(archive: Path, files: list[zipfile.ZipInfo], num_bytes: int, *, free: int) -> None:
    """Refuse an archive whose files would lie outside the folder, that is locked, or too large."""
    if not files:
        raise ConfigError(f"dataset.root: '{archive}' is empty.")
    if outside := next((info.filename for info in files if _leads_out(info.filename)), None):
        raise ConfigError(
            f"dataset.root: '{archive}' holds {brief(outside)}, which would lie outside of it. It is not unpacked: "
            "it was made to do harm, or by mistake."
        )
    if any(info.flag_bits & 1 for info in files):
        raise ConfigError(f"dataset.root: '{archive}' is protected by a password. Unpack it, and give the folder.")
    if num_bytes > free:
        raise ConfigError(
            f"dataset.root: '{archive}' unpacks to {_size(num_bytes)}, and {_size(free)} are free. Free some, or give "
            "another place: cache_dir=<folder>"
        )


def _leads_out(name: str) -> bool:
    """Tell whether a name in an archive leads out of the folder that it is unpacked to, on any system."""
    windows = PureWindowsPath(name)
    return PurePosixPath(name).is_absolute() or bool(windows.drive or windows.root) or ".." in windows.parts


def _size(num_bytes: int) -> str:
    return f"{num_bytes / _GIB:.1f} GB" if num_bytes >= _GIB else f"{num_bytes / _MIB:.1f} MB"


def _inmost(folder: Path) -> Path:
    """Go down where an archive holds one folder that holds the class folders."""
    while True:
        inside = [path for path in folder.iterdir() if not path.name.startswith(".") and path.name != MACOS_FOLDER]
        if len(inside) != 1 or not inside[0].is_dir() or not any(path.is_dir() for path in inside[0].iterdir()):
            return folder
        folder = inside[0]
