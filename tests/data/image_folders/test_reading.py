from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch
from PIL import Image

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.data.image_folders import cache
from cnnlab.data.image_folders.reading import read_image_folder
from cnnlab.data.storage import Storage
from cnnlab.data.stores import Source


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two classes, train and test; the value of an image's pixels tells class and number."""
    for split, num in (("train", 4), ("test", 2)):
        for label, name in enumerate(("ant", "bee")):
            folder = tmp_path / "root" / split / name
            folder.mkdir(parents=True)
            for number in range(num):
                Image.new("L", (4, 4), 100 * label + number).save(folder / f"{number}.png")
    return tmp_path / "root"


def read(root: Path, *, skip_corrupt: bool = False, image_size: int | None = None) -> Source:
    storage = Storage(root.parent / "data", root.parent / "cache", image_size, workers=0)
    return read_image_folder(storage, root, skip_corrupt=skip_corrupt)


def test_splits_share_one_store_and_labels_fit_the_images(root):
    source = read(root)
    assert source.val is None
    assert source.test is not None
    assert source.train.images is source.test.images
    assert source.train.images.shape == (12, 1, 4, 4)
    assert source.classes == ("ant", "bee")
    for split, num in ((source.train, 4), (source.test, 2)):
        values = split.images[split.rows][:, 0, 0, 0]
        assert values.tolist() == [*range(num), *range(100, 100 + num)]
        assert torch.equal(split.labels, values.long() // 100)


def test_every_row_of_the_store_knows_its_file(root):
    source = read(root)
    assert source.files is not None
    names = {int(value): file for value, file in zip(source.train.images[:, 0, 0, 0], source.files)}
    assert names[103] == "train/bee/3.png"


def test_validation_folder_beside_train_and_test_is_the_validation_split(root):
    (root / "valid" / "bee").mkdir(parents=True)
    Image.new("L", (4, 4), 107).save(root / "valid" / "bee" / "7.png")
    source = read(root)
    assert source.val is not None
    assert source.val.images[source.val.rows][:, 0, 0, 0].tolist() == [107]
    assert source.val.labels.tolist() == [1]


def test_corrupt_files_end_the_run_listed_by_name(root):
    (root / "train/ant/1.png").write_bytes(b"")
    (root / "test/bee/0.png").write_bytes(b"no image")
    message = (
        r"^dataset\.root: 2 files cannot be decoded: test/bee/0\.png \(text, no image\), train/ant/1\.png \(empty\)\. "
        r"Repair them, or leave them out: dataset\.skip_corrupt=true$"
    )
    for _ in range(2):  # the second time from the cache
        with pytest.raises(ConfigError, match=message):
            read(root)


def test_of_many_corrupt_files_ten_are_named(root):
    for number in range(4, 16):
        (root / f"train/ant/{number:02}.png").write_bytes(b"")
    with pytest.raises(
        ConfigError,
        match=r"12 files .*: train/ant/04\.png \(empty\), .*/13\.png \(empty\) and 2 more\. ",
    ):
        read(root)


def test_skip_corrupt_leaves_them_out_and_counts_them(root):
    (root / "train/ant/1.png").write_bytes(b"")
    source = read(root, skip_corrupt=True)
    assert source.train.images[source.train.rows][:, 0, 0, 0].tolist() == [0, 2, 3, 100, 101, 102, 103]
    assert source.train.labels.tolist() == [0, 0, 0, 1, 1, 1, 1]
    assert source.notes == ("1 file that cannot be decoded left out (dataset.skip_corrupt): train/ant/1.png (empty)",)


def test_nothing_but_corrupt_files_is_refused(root):
    for file in root.rglob("*.png"):
        file.write_bytes(b"")
    message = r"^dataset\.root: none of the 12 images under '.*root' .* The first: test/ant/0\.png \(empty\)\.$"
    with pytest.raises(ConfigError, match=message):
        read(root, skip_corrupt=True)


def test_mixed_sizes_are_noted_unless_a_size_is_asked_for(root):
    Image.new("L", (9, 5)).save(root / "train/ant/x.png")
    assert read(root).notes == (
        "the images have several sizes; cut to 128 x 128 (dataset.image_size)",
        "13 of 13 images smaller than 128 x 128, and enlarged to it (dataset.image_size)",
    )
    sized = read(root, image_size=4)
    assert (sized.notes, sized.train.images.shape) == ((), (13, 1, 4, 4))


def test_images_that_were_edited_in_place_are_decoded_anew(root):
    read(root)
    for file in root.rglob("*/ant/*.png"):
        before = file.stat()
        Image.new("L", (4, 4), 9).save(file)
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    edited = read(root).train
    assert edited.images[edited.rows][:, 0, 0, 0].tolist() == [9, 9, 9, 9, 100, 101, 102, 103]


def test_image_that_changes_while_it_is_decoded_is_kept_out_of_the_cache(root, monkeypatch):
    decode_files = cache.decode_files

    def decode_and_edit(*args):
        decoded = decode_files(*args)
        Image.new("L", (4, 4), 9).save(root / "train/ant/0.png")
        return decoded

    monkeypatch.setattr(cache, "decode_files", decode_and_edit)
    message = r"^dataset\.root: 'train/ant/0\.png' changed while it was decoded\. Repeat the command\.$"
    with pytest.raises(RunError, match=message):
        read(root)
    assert list((root.parent / "cache" / "images").iterdir()) == []


def test_hymenoptera_is_245_images_and_153_photographs(tmp_path, real_data):
    root = real_data / "hymenoptera"
    source = read_image_folder(Storage(tmp_path, tmp_path, 128, workers=0), root, skip_corrupt=False)
    assert source.test is not None
    assert (len(source.train), len(source.test)) == (245, 153)
    assert source.train.images.shape == (398, 3, 128, 128)
    assert source.notes == ("folder 'val' is the test split, there is no other",)
