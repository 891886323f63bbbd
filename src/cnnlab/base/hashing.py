"""Hashes that stand for the bytes of files."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from cnnlab.base.locks import locked
from cnnlab.base.progress import Progress

FileState = tuple[str, int, int, int]
"""(path, bytes, time of the last change in ns, inode): while they stay, a file counts as unchanged"""

_CHUNK = 2**20  # bytes that are read together: weights files need not fit in memory
_TOGETHER = 64  # files per task of a thread
_THREADS = 8  # at most; hashing frees Python's lock, reading small files hardly does
_TICK_NS = 50_000_000  # a file may change twice within one tick of a file system's clock
_LOCK_SECONDS = 10.0
_LEADS_NOWHERE = (errno.ENOENT, errno.ELOOP, errno.ENOTDIR)  # a link, or what went while it was looked at
_HEAD = "cnnlab hashes 1"


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hex."""
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@dataclass(frozen=True)
class _Hashed:
    """Files of a folder and their hashes."""

    keys: str = ""
    """Of all files, with \0 between, which no path holds: one text, so that equal ones are soon found equal."""
    hashes: Sequence[str] = ()


class FileHashes:
    """Hashes of files, each computed once for as long as path, size, time of change and inode stay.

    By these alone a changed file is told from one that is as it was: whoever edits one and puts its time back is not
    noticed.
    """

    def __init__(self) -> None:
        self._files: dict[str, str] = {}
        self._folders: dict[str, _Hashed] = {}
        self._not_kept: dict[Path, str] = {}

    def __reduce__(self) -> tuple[type[FileHashes], tuple[()]]:
        """Leave the hashes out: another process reads what is kept itself."""
        return FileHashes, ()

    @property
    def notes(self) -> list[str]:
        """What the user should know: why hashes are computed again next time."""
        return list(self._not_kept.values())

    def of(self, path: Path) -> str:
        """Return the hash of a file's bytes; they are read if its state is new."""
        status = path.stat()
        key = f"{status.st_size} {status.st_mtime_ns} {status.st_ino} {path.absolute()}"
        if key not in self._files:
            self._files[key] = file_hash(path)
        return self._files[key]

    def of_folder(
        self, root: Path, files: Sequence[FileState], *, kept_in: Path, progress: Progress | None = None
    ) -> Sequence[str]:
        """Return the hash of each file of a folder; "" for one that is not there.

        They are kept in `kept_in`, so that another process reads only what is new. Where that cannot be written, a note
        says so.

        Args:
            root: the folder that the paths of the files start from.
            files: their states.
            kept_in: gets a file for each root.
            progress: called after every few files that are read.

        Raises:
            OSError: a file cannot be read.
        """
        folder = os.path.realpath(root)
        keys = [f"{size} {modified} {inode} {folder}/{path}" for path, size, modified, inode in files]
        text, kept = "\0".join(keys), kept_in / hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
        before = self._folders.get(folder) or _read_kept(kept)
        if before.keys != text:
            known = dict(zip(before.keys.split("\0"), before.hashes))
            new = {key: file[0] for key, file in zip(keys, files) if key not in known}
            now = time.time_ns()
            known.update(_hash_all(folder, new, progress))
            before = _Hashed(text, [known.get(key, "") for key in keys])
            steady = [key for key, file in zip(keys, files) if key in known and abs(now - file[2]) > _TICK_NS]
            self._keep(kept, _Hashed("\0".join(steady), [known[key] for key in steady]))
        self._folders[folder] = before
        return before.hashes

    def _keep(self, kept: Path, hashed: _Hashed) -> None:
        self._not_kept.pop(kept, None)
        try:
            _write_kept(kept, hashed)
        except OSError as error:
            reason = error.strerror or error
            self._not_kept[kept] = (
                f"cache_dir: '{kept.parent}' cannot be written ({reason}), so all images are read each time to name a "
                "run. Set cache_dir to a folder that can be."
            )


def _hash_all(folder: str, files: Mapping[str, str], progress: Progress | None) -> Iterator[tuple[str, str]]:
    """Yield key and hash of each file that is there, in parallel.

    Args:
        folder: that the paths start from.
        files: key -> path.
        progress: called after every few files.
    """
    if not files:
        return
    items = list(files.items())
    chunks = [items[first : first + _TOGETHER] for first in range(0, len(items), _TOGETHER)]
    executor = ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1))
    done = 0
    try:
        for chunk, hashes in zip(chunks, executor.map(lambda chunk: _hash_some(folder, chunk), chunks)):
            done += len(chunk)
            if progress is not None:
                progress("hashing images", done, len(items))
            yield from hashes
    finally:
        executor.shutdown(cancel_futures=True)


def _hash_some(folder: str, chunk: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    hashes = []
    for key, path in chunk:
        try:
            hashes.append((key, file_hash(Path(f"{folder}/{path}"))))
        except OSError as error:
            if error.errno not in _LEADS_NOWHERE:
                raise
    return hashes


def _read_kept(kept: Path) -> _Hashed:
    """Return what was kept; nothing where there is nothing, or nothing that makes sense."""
    try:
        head, keys, hashes = kept.read_bytes().decode(errors="surrogateescape").split("\0\0")
    except (OSError, ValueError):
        return _Hashed()
    return _Hashed(keys, hashes.split("\0")) if head == _HEAD and keys.count("\0") == hashes.count("\0") else _Hashed()


def _write_kept(kept: Path, hashed: _Hashed) -> None:
    """Write what shall be kept, in one step."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    text = "\0\0".join([_HEAD, hashed.keys, "\0".join(hashed.hashes)])
    draft = kept.with_name(f".{kept.name}-{os.getpid()}-{secrets.token_hex(4)}")
    with locked(FileLock(f"{kept}.lock"), timeout=_LOCK_SECONDS):
        try:
            draft.write_bytes(text.encode(errors="surrogateescape"))
            draft.replace(kept)
        finally:
            draft.unlink(missing_ok=True)
