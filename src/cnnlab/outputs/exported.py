"""A run's folder in one file, made to be given away: packed with the same bytes each time, opened without trust."""

from __future__ import annotations

import re
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cnnlab.base.errors import ConfigError
from cnnlab.base.paths import given_path
from cnnlab.outputs.files import replacing
from cnnlab.outputs.finding import find_run
from cnnlab.outputs.lock import disk_errors
from cnnlab.outputs.run_folder import RunFolder

CONFIG = "config.yaml"
_MEMBERS = re.compile(
    r"(?:backbone/){0,8}(?:config\.yaml|overrides\.txt|summary\.json|env\.json|README\.md|checkpoints/best\.pt)"
)
"""What is taken out of a file; a run on a run brings that one along."""
_BEGINNING_OF_TIME = (1980, 1, 1, 0, 0, 0)  # of zip archives
_MAX_RATIO, _SMALL = 200, 2**20  # how much more than it holds a file may unpack to; below so many bytes, anything
_DAMAGED = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError)


def pack(folder: Path, file: Path) -> None:
    """Write all files under a folder into a zip archive: in the order of their names, of no date, not compressed.

    Weights hardly get smaller, and what is not compressed is the same for every version of the library.
    """
    with replacing(file) as opened, zipfile.ZipFile(opened, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _BEGINNING_OF_TIME)
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            info.create_system = 3  # Unix, wherever it is written
            info.file_size = path.stat().st_size
            with path.open("rb") as source, archive.open(info, "w") as target:
                shutil.copyfileobj(source, target)


def is_exported(path: Path) -> bool:
    """Tell whether a file is a run's folder, packed."""
    if not path.is_file() or not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return CONFIG in archive.namelist()
    except _DAMAGED:
        return False


@contextmanager
def opened_run(text: str) -> Iterator[RunFolder]:
    """Give the run that a text names, or that is packed in the file it names, for as long as it is needed.

    Raises:
        ConfigError: there is no run of that name, or the file is damaged.
        RunError: the disk is full.
    """
    path = given_path("run", text)
    if not is_exported(path):
        yield find_run(text)
        return
    with tempfile.TemporaryDirectory(prefix="cnnlab-") as above:
        yield unpacked(path, Path(above))


def unpacked(file: Path, above: Path) -> RunFolder:
    """Return the run in a file, in a folder of its name.

    Only the files that an export has are taken out, each to the place that its name, which is known, stands for.

    Args:
        file: which holds a run.
        above: folder in which the run's is made.

    Raises:
        ConfigError: the file is damaged.
        RunError: the disk is full.
    """
    folder = above / file.name.removesuffix(".zip")
    try:
        with zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                if not _MEMBERS.fullmatch(info.filename):
                    continue
                if info.file_size > _MAX_RATIO * info.compress_size + _SMALL:
                    raise ValueError(f"{info.filename} would take {info.file_size:,} bytes")
                target = folder / info.filename
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(info) as source, disk_errors(above), target.open("wb") as opened:
                    shutil.copyfileobj(source, opened)
    except _DAMAGED as error:
        raise ConfigError(f"run: '{file}' is damaged ({error}). Get it again.") from error
    return RunFolder(folder)


def is_unpacked(folder: RunFolder) -> bool:
    """Tell whether a run's folder is what an export holds: every other one says how the run stands."""
    return not (folder.path / "status.json").exists() and folder.has_checkpoint("best.pt")
