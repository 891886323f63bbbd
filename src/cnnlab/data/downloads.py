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
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from cnnlab.errors import ConfigError

Progress = Callable[[str, int, int], None]
"""(what is done, how much of it, of how much)."""

TIMEOUT_SECONDS = 20.0  # without an answer; torchvision sets none and would wait for ever
_FAILURES = (OSError, RuntimeError, EOFError, RecursionError, http.client.HTTPException, tarfile.TarError, zlib.error)


def download(
    name: str,
    fetch: Callable[[], object],
    *,
    folder: Path,
    advice: str,
    progress: Progress | None,
    key: str = "dataset",
) -> None:
    """Run one of torchvision's downloads once.

    Args:
        name: what is wanted, for the message.
        fetch: downloads; what it prints is dropped.
        folder: where the files go; what is made of it and left empty is removed again.
        advice: what to put where instead; ends the message.
        progress: called before and after.
        key: the group that wants it, for the message.

    Raises:
        ConfigError: it failed, whatever the reason.
    """
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


def archive_advice(folder: Path, *, filename: str, md5: str, url: str) -> str:
    """Say where an archive belongs, and whether the one that lies there is damaged."""
    archive = folder / filename
    state = f"{archive} is damaged. " if archive.is_file() and md5_of(archive) != md5 else ""
    return f"{state}Put {filename} (MD5 {md5}) into {folder}, from {url}"


def md5_of(path: Path) -> str:
    """Return the MD5 of a file as hexadecimal digits; it tells damage, not malice."""
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
