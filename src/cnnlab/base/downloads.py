"""Downloads through torchvision: quiet, bounded in time, and one message that says what to put where."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import io
import re
import socket
import tarfile
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cnnlab.base.drafts import draft_folder, remove_abandoned
from cnnlab.base.errors import ConfigError
from cnnlab.base.progress import Progress

TIMEOUT_SECONDS = 20.0  # without an answer; torchvision sets none and would wait for ever
_FAILURES = (
    OSError, RuntimeError, EOFError, RecursionError, http.client.HTTPException, tarfile.TarError, zipfile.BadZipFile,
    zlib.error,
)  # fmt: skip


@dataclass(frozen=True)
class Archive:
    """A published archive that holds one folder."""

    url: str
    folder: str
    """Name of the folder in it."""
    md5: str | None
    """Of the archive; None where none is published."""

    @property
    def filename(self) -> str:
        """What the download is called."""
        return self.url.rpartition("/")[2]


def download(
    name: str,
    fetch: Callable[[], object],
    *,
    folder: Path,
    advice: str,
    progress: Progress | None,
    key: str = "dataset",
    is_allowed: bool = True,
) -> None:
    """Run one of torchvision's downloads once.

    Args:
        name: what is wanted, for the message.
        fetch: downloads; what it prints is dropped.
        folder: where the files go; what is made of it and left empty is removed again.
        advice: what to put where instead; ends the message.
        progress: called before and after.
        key: the group that wants it, for the message.
        is_allowed: whether it may be run.

    Raises:
        ConfigError: it failed, whatever the reason, or it is not allowed.
    """
    if not is_allowed:
        raise ConfigError(f"{key} ({name}): is not here, and nothing is downloaded for this. {advice}")
    if progress is not None:
        progress(f"downloading {name}", 0, 1)
    absent = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        with quiet(), _socket_timeout(TIMEOUT_SECONDS):
            fetch()
    except _FAILURES as error:
        for path in absent:
            with contextlib.suppress(OSError):  # not empty
                path.rmdir()
        raise ConfigError(f"{key} ({name}): cannot be downloaded ({_reason(error)}). {advice}") from error
    if progress is not None:
        progress(f"downloading {name}", 1, 1)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Drop what is printed and warned inside."""
    nowhere = io.StringIO()
    with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _socket_timeout(seconds: float) -> Iterator[None]:
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _reason(error: BaseException) -> str:
    """Return one line. torchvision's own error ends with the last mirror's; urllib wraps what happened in <...>."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return re.sub(r"^<urlopen error (.*)>$", r"\1", lines[-1].strip()).removesuffix(".")


def fetch_folder(
    name: str, archive: Archive, *, data_dir: Path, progress: Progress | None, is_allowed: bool = True
) -> None:
    """Download an archive into `data_dir`, unless it lies there, and unpack its folder beside it.

    The folder appears whole or not at all: an interrupted download or unpacking is made good by the next one.

    Raises:
        ConfigError: it failed, or is not allowed; the text says what to put where.
    """
    advice = archive_advice(data_dir, filename=archive.filename, md5=archive.md5, url=archive.url)
    download(
        name, lambda: _fetch_folder(archive, data_dir), folder=data_dir, advice=advice, progress=progress,
        is_allowed=is_allowed,
    )  # fmt: skip


def _fetch_folder(archive: Archive, data_dir: Path) -> None:
    from torchvision.datasets.utils import download_url, extract_archive

    remove_abandoned(data_dir)
    with draft_folder(data_dir / archive.folder) as draft:
        file = data_dir / archive.filename
        if not file.is_file() or (archive.md5 is not None and md5_of(file) != archive.md5):
            download_url(archive.url, draft, archive.filename, archive.md5)
            (draft / archive.filename).replace(file)
        extract_archive(file, draft)
        if not (data_dir / archive.folder).is_dir():  # another process may have been faster
            (draft / archive.folder).rename(data_dir / archive.folder)


def archive_advice(folder: Path, *, filename: str, md5: str | None, url: str) -> str:
    """Say where an archive belongs, and whether the one that lies there is damaged."""
    archive = folder / filename
    is_damaged = archive.is_file() and not (zipfile.is_zipfile(archive) if md5 is None else md5_of(archive) == md5)
    state = f"{archive} is damaged. " if is_damaged else ""
    checksum = "" if md5 is None else f" (MD5 {md5})"
    return f"{state}Put {filename}{checksum} into {folder}, from {url}"


def md5_of(path: Path) -> str:
    """Return the MD5 of a file as hexadecimal digits; it tells damage, not malice."""
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
