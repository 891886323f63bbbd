"""Where data sets lie."""

import json
from pathlib import Path

import pytest

from cnnlab.data.datasets import DATASETS
from cnnlab.data.places import data_folder, image_caches, may_be_downloaded

DATA = Path("data")
ALWAYS_HERE = ("digits", "synthetic")


@pytest.mark.parametrize("name", [name for name in DATASETS if name not in ("image_folder", *ALWAYS_HERE)])
def test_every_published_data_set_has_a_folder_of_its_own_among_the_downloads(name):
    folder = data_folder(name, None, data_dir=DATA)
    assert folder.parent == DATA
    others = [other for other in DATASETS if other != name]
    assert folder not in [data_folder(other, None, data_dir=DATA) for other in others]


@pytest.mark.parametrize("name", [*ALWAYS_HERE, "of_a_plugin"])
def test_what_needs_no_files_has_no_folder(name):
    assert data_folder(name, None, data_dir=DATA) is None


def test_a_root_is_the_folder_whatever_the_data_set():
    home = Path("~/flowers")
    assert data_folder("image_folder", home, data_dir=DATA) == home.expanduser()
    assert data_folder("tiny_imagenet", home, data_dir=DATA) == home.expanduser()


@pytest.mark.parametrize(
    ("name", "root", "expected"),
    [("cifar10", None, True), ("dogs_vs_cats", None, False), ("tiny_imagenet", DATA, False)],
)
def test_what_comes_from_kaggle_or_has_a_root_does_not_come_by_itself(name, root, expected):
    assert may_be_downloaded(name, root) is expected


def test_caches_of_a_folder_are_those_of_images_in_it(tmp_path):
    roots = {"a": "flowers", "b": "flowers/train", "c": "cats", "d": None}
    for name, root in roots.items():
        folder = tmp_path / "cache" / "images" / name
        folder.mkdir(parents=True)
        text = "no JSON" if root is None else json.dumps({"root": str(tmp_path / root)})
        (folder / "meta.json").write_text(text)
    found = image_caches(tmp_path / "flowers", cache_dir=tmp_path / "cache")
    assert [path.name for path in found] == ["a", "b"]
