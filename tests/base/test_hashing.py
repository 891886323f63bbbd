"""Hashes that stand for the bytes of files."""

import hashlib
import os
import pickle
import re

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


@pytest.fixture
def folder(tmp_path):
    """A folder of two files that have stayed as they are for a second."""
    for name in ("a", "b"):
        (tmp_path / "root" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "root" / name).write_text(name)
        os.utime(tmp_path / "root" / name, (1, 1))
    return tmp_path / "root"


def states(folder):
    found = {path.name: path.lstat() for path in sorted(folder.iterdir())}
    return [(name, status.st_size, status.st_mtime_ns, status.st_ino) for name, status in found.items()]


def hashed(folder, hashes=None, **options):
    hashes = hashes or FileHashes()
    return list(hashes.of_folder(folder, states(folder), kept_in=folder.parent / "kept", **options))


def test_files_of_a_folder_are_read_once_by_all_processes(folder, read):
    assert hashed(folder) == hashed(folder) == [hashlib.sha256(name).hexdigest() for name in (b"a", b"b")]
    assert sorted(read) == ["a", "b"]


@pytest.mark.parametrize("change", ["size", "time", "inode", "name"])
def test_of_a_folder_that_has_changed_only_what_is_new_is_read(folder, read, change):
    before = hashed(folder)
    if change == "name":
        (folder / "b").rename(folder / "c")
    else:
        (folder / "new").write_text("bb" if change == "size" else "B")
        if change == "inode":
            (folder / "new").rename(folder / "b")
        else:
            (folder / "b").write_text((folder / "new").read_text())
            (folder / "new").unlink()
        os.utime(folder / "b", (1, 2 if change == "time" else 1))
    after = hashed(folder)
    assert after[0] == before[0]
    assert (after[1] == before[1]) == (change == "name")
    assert sorted(read) == sorted(["a", "b", "c" if change == "name" else "b"])


def test_file_that_has_just_changed_is_read_again_by_the_next_process(folder, read):
    (folder / "b").write_text("just now")  # it could change once more within one tick of the clock
    assert hashed(folder) == hashed(folder)
    assert sorted(read) == ["a", "b", "b"]
    hashes = FileHashes()
    assert hashed(folder, hashes) == hashed(folder, hashes)
    assert sorted(read) == ["a", "b", "b", "b"]


def test_link_to_nowhere_has_no_hash(folder):
    (folder / "c").symlink_to("nowhere")
    (folder / "d").symlink_to("d")
    assert hashed(folder)[2:] == ["", ""]


@pytest.mark.parametrize("damage", [b"", b"cnnlab", b"cnnlab hashes 1\0\0a\0b\0\0x", b"other\0\0a\0\0x", b"\xff\0\0"])
def test_damaged_file_of_kept_hashes_counts_as_none(folder, read, damage):
    expected = hashed(folder)
    (kept,) = (path for path in (folder.parent / "kept").iterdir() if path.suffix != ".lock")
    kept.write_bytes(damage)
    assert hashed(folder) == expected == hashed(folder)
    assert len(read) == 4


def test_names_of_any_bytes_are_kept(folder, read):
    (folder / os.fsdecode(b"caf\xe9 \n\t")).write_text("x")
    os.utime(folder / os.fsdecode(b"caf\xe9 \n\t"), (1, 1))
    assert hashed(folder) == hashed(folder)
    assert len(read) == 3


def test_place_that_cannot_be_written_is_noted_once_and_hashes_are_right(folder, read):
    (folder.parent / "kept").write_text("a file")
    hashes = FileHashes()
    assert hashed(folder, hashes) == hashed(folder, hashes)
    assert len(read) == 2
    (note,) = hashes.notes
    assert re.fullmatch(
        r"cache_dir: '.*kept' cannot be written \(File exists\), so all images are read each time to name a run\. "
        r"Set cache_dir to a folder that can be\.",
        note,
    )


def test_progress_counts_the_files_that_are_new(folder, monkeypatch):
    monkeypatch.setattr(hashing, "_TOGETHER", 1)
    steps = []
    for _ in range(2):
        hashed(folder, progress=lambda *step: steps.append(step))
    assert steps == [("hashing images", 1, 2), ("hashing images", 2, 2)]


def test_hashes_stay_in_their_process(folder):
    hashes = FileHashes()
    hashed(folder, hashes)
    assert len(pickle.dumps(hashes)) < 100
