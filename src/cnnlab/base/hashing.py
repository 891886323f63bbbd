"""Hashes that stand for the bytes of files."""

from __future__ import annotations

import hashlib
from pathlib import Path

_CHUNK = 2**20  # bytes that are read together: weights files need not fit in memory


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


class FileHashes:
    """Hashes of files, each computed once for as long as the file stays as it is."""

    def __init__(self) -> None:
        self._known: dict[tuple[Path, int, int, int, int], str] = {}

    def of(self, path: Path) -> str:
        """Return the hash of a file's bytes; they are read if path, size, time of change or inode are new."""
        status = path.stat()
        state = (path, status.st_size, status.st_mtime_ns, status.st_dev, status.st_ino)
        if state not in self._known:
            self._known[state] = file_hash(path)
        return self._known[state]
