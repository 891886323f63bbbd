"""What names the images of a folder: their bytes, and what their places say."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from cnnlab.base import hashing
from cnnlab.base.errors import ConfigError
from cnnlab.base.hashing import FileHashes, file_hash
from cnnlab.data.image_folders.content import content_hash
from tests.data.image_folders.files import touch


def content(root: Path, name: str = "image_folder", hashes: FileHashes | None = None) -> str:
    return content_hash(name, root, hashes=hashes or FileHashes(), cache_dir=root.parent / "cache")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return touch(tmp_path / "one", "a/1.jpg", "b/1.jpg")


def copied(root: Path) -> Path:
    return touch(root.with_name("two"), "a/1.jpg", "b/1.jpg")


def test_same_images_elsewhere_are_the_same_whatever_lies_beside_them(root):
    assert content(touch(copied(root), "a/readme.txt")) == content(root)
    assert len(content(root)) == 16


def test_other_bytes_of_the_same_names_and_sizes_are_other_images(root):
    before = content(root)
    (copied(root) / "a" / "1.jpg").write_bytes(b"A/1.jpg")
    assert content(root.with_name("two")) != before
    status = (root / "a" / "1.jpg").stat()
    (root / "a" / "1.jpg").write_bytes(b"A/1.jpg")
    os.utime(root / "a" / "1.jpg", ns=(0, status.st_mtime_ns + 1))
    assert content(root) == content(root.with_name("two"))


def test_another_name_or_place_is_another_data_set(root):
    before = content(root)
    for old, new in (("a/1.jpg", "a/2.jpg"), ("a", "c")):
        (root / old).rename(root / new)
        assert content(root) != before


def test_images_that_take_no_part_do_not_count(tmp_path):
    root = touch(tmp_path / "root", "train/a/1.jpg", "train/b/1.jpg", "test/a/1.jpg")
    before = content(root)
    assert content(touch(root, "unlabeled/9.jpg")) == before


def test_other_annotations_of_the_same_images_are_another_data_set(tmp_path):
    root = touch(tmp_path / "root", "train/n1/1.jpg", "train/n2/1.jpg", "val/images/1.jpg")
    annotations = root / "val" / "val_annotations.txt"
    annotations.write_text("1.jpg\tn1\t0\t0\t9\t9\n")
    before = content(root, "tiny_imagenet")
    annotations.write_text("1.jpg\tn2\t0\t0\t9\t9\n")
    assert content(root, "tiny_imagenet") != before


def test_of_a_data_set_that_a_plugin_brings_all_images_count(tmp_path):
    root = touch(tmp_path / "root", "1.jpg")
    before = content(root, "mine")
    assert content(touch(root, "deep/2.jpg"), "mine") != before


def test_folder_that_is_no_data_set_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(ConfigError, match=r"^dataset\.root: one class only, 'a'\."):
        content(touch(tmp_path / "root", "a/1.jpg"))
    with pytest.raises(ConfigError, match=r"^dataset\.root: no folder '.*nowhere'\.$"):
        content(tmp_path / "nowhere", "tiny_imagenet")
    assert not (tmp_path / "cache").exists()


def test_link_to_nowhere_stands_for_nothing(root):
    before = content(root)
    (root / "a" / "2.jpg").symlink_to("nowhere.jpg")
    assert content(root) == content(root) != before


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (PermissionError(13, "Permission denied"), r"permission denied, '.*1\.jpg'\. Make it readable\."),
        (OSError(5, "Input/output error"), r"cannot be read, '.*1\.jpg' \(Input/output error\)\."),
    ],
)
def test_file_that_cannot_be_read_is_named(error, message, root, monkeypatch):
    def fail(path: Path) -> str:
        raise type(error)(*error.args, str(path))

    monkeypatch.setattr(hashing, "file_hash", fail)
    with pytest.raises(ConfigError, match=rf"^dataset\.root: {message}$"):
        content(root)


def test_bytes_are_read_once_by_all_processes_together(root, monkeypatch):
    old = time.time_ns() - 10**9
    for file in root.rglob("*.jpg"):
        os.utime(file, ns=(old, old))
    read: list[str] = []
    monkeypatch.setattr(hashing, "file_hash", lambda path: read.append(path.name) or file_hash(path))
    assert content(root) == content(root)  # each with hashes of its own, as another process has
    assert len(read) == 2


def test_sixty_thousand_files_are_named_again_without_reading_them(real_data, tmp_path, monkeypatch):
    def named() -> str:
        return content_hash("image_folder", real_data / "cifar10_jpeg", hashes=FileHashes(), cache_dir=tmp_path)

    first = named()
    monkeypatch.setattr(hashing, "file_hash", lambda path: pytest.fail(f"{path} was read"))
    assert named() == first
