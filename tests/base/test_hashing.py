"""Hashes that stand for the bytes of files."""

import hashlib
import os

import pytest

from cnnlab.base import hashing
from cnnlab.base.hashing import FileHashes, file_hash


@pytest.fixture
def read(monkeypatch):
    """Return the files whose bytes were read, in order."""
    files = []
    monkeypatch.setattr(hashing, "file_hash", lambda path: files.append(path.name) or file_hash(path))
    return files


def test_hash_is_that_of_all_bytes_however_they_are_cut(tmp_path, monkeypatch):
    monkeypatch.setattr(hashing, "_CHUNK", 3)
    (tmp_path / "file").write_bytes(b"seven by")
    assert file_hash(tmp_path / "file") == hashlib.sha256(b"seven by").hexdigest()


def test_file_that_stays_as_it_is_is_read_once(tmp_path, read):
    for name in ("a", "b"):
        (tmp_path / name).write_text("same")
    hashes = FileHashes()
    assert len({hashes.of(tmp_path / name) for name in "abab"}) == 1
    assert read == ["a", "b"]


@pytest.mark.parametrize("change", ["size", "time", "file"])
def test_file_that_has_changed_is_read_again(tmp_path, read, change):
    path, other, hashes = tmp_path / "w", tmp_path / "other", FileHashes()
    path.write_text("old")
    before, status = hashes.of(path), path.stat()
    other.write_text("longer" if change == "size" else "new")
    if change == "file":
        other.rename(path)
    else:
        path.write_text(other.read_text())
    os.utime(path, ns=(0, status.st_mtime_ns + (change == "time")))
    assert hashes.of(path) != before
    assert read == ["w", "w"]
