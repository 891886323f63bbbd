"""Drafts: what is written beside its place, and takes it when it is whole. A process that is killed leaves its own."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock

from cnnlab.base.locks import locked
from cnnlab.base.processes import is_gone

_DRAFT = re.compile(r"\..+-(\w+)-(\d+)-[0-9a-f]{8}\.part")


def draft_of(path: Path) -> Path:
    """Return a place beside `path` for a file or folder that this process makes."""
    return path.with_name(f".{path.name}-{_host()}-{os.getpid()}-{secrets.token_hex(4)}.part")


@contextlib.contextmanager
def draft_folder(path: Path) -> Iterator[Path]:
    """Make a folder beside `path`, which is gone afterwards, with what was left in it."""
    draft = draft_of(path)
    draft.mkdir(parents=True)
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@contextlib.contextmanager
def made_once(path: Path) -> Iterator[None]:
    """Let one process at a time make a file or folder of a cache: the others wait inside, and then find it.

    Where the file system knows no locks each makes its own, and the last one counts. Locks lie beside the folder that
    holds it, in `locks`.
    """
    folder = path.parent.parent / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with locked(FileLock(folder / f"{path.name}.lock")):
        yield


def remove_abandoned(folder: Path) -> None:
    """Remove the drafts in a folder whose processes are gone; of those of other machines no one knows here."""
    if not folder.is_dir():
        return
    for path in folder.glob(".*.part"):
        match = _DRAFT.fullmatch(path.name)
        if match is not None and match[1] == _host() and is_gone(int(match[2])):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _host() -> str:
    return re.sub(r"\W", "_", socket.gethostname(), flags=re.ASCII)[:32]
