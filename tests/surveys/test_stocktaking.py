from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from cnnlab.data.duplicates import Leak
from cnnlab.data.image_folders.facts import FileFacts
from cnnlab.data.image_folders.reading import read_image_folder
from cnnlab.data.splits import SplitOptions, make_splits
from cnnlab.data.storage import Storage
from cnnlab.data.stores import Source, whole
from cnnlab.surveys.stocktaking import _odd, take_stock
from cnnlab.surveys.survey import Survey
from tests.data.pictures import pixels, scene


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two classes in two splits; a test image is a training image, and one image has two labels."""
    for split, num in (("train", 6), ("test", 3)):
        for label, name in enumerate(("ant", "bee")):
            folder = tmp_path / "root" / split / name
            folder.mkdir(parents=True)
            for number in range(num):
                scene(1000 * len(split) + 100 * label + number).save(folder / f"{number}.png")
    scene(5000).save(tmp_path / "root/test/ant/0.png")
    scene(5101).save(tmp_path / "root/train/ant/5.png")
    (tmp_path / "root/train/bee/9.png").write_bytes(b"")
    return tmp_path / "root"


def survey(root: Path) -> Survey:
    storage = Storage(root.parent / "data", root.parent / "cache", None, workers=0)
    source = read_image_folder(storage, root, skip_corrupt=True)
    return take_stock(source, make_splits(source, SplitOptions(val_fraction=0), seed=0), name="root")


def test_a_folder_is_told_as_it_is(root):
    found = survey(root)
    assert found.counts == {"train": [6, 6], "test": [3, 3]}
    assert found.files is not None
    assert (found.files.width.median, found.files.modes, found.files.formats) == (64, {"RGB": 18}, {"PNG": 18})
    assert found.corrupt == {"train/bee/9.png": "empty"}
    assert found.shape == (3, 64, 64)


def test_a_file_of_another_format_is_odd_among_many():
    facts = [FileFacts(f"{number}.jpg", 8, 8, "RGB", "JPEG", is_turned=False) for number in range(99)]
    odd = FileFacts("none.gif", 8, 8, "palette", "GIF", is_turned=False)
    assert _odd([*facts, odd]) == ["none.gif (GIF)"]
    assert _odd([*facts[:98], odd]) == []


def test_duplicates_are_told_the_worst_first(root):
    leak, contradiction = survey(root).groups
    assert [(one.name, one.split, one.label) for one in leak.members] == [
        ("test/ant/0.png", "test", "ant"), ("train/ant/0.png", "train", "ant"),
    ]  # fmt: skip
    assert {one.label for one in contradiction.members} == {"ant", "bee"}
    assert leak.is_equal
    assert leak.members[0].pixels is not None
    assert survey(root).leaks == {"test": Leak(1, 1, 6)}


def test_pictures_of_a_class_are_its_mean_and_images_of_all_splits(root):
    ant = survey(root).pictures[0]
    assert ant.name == "ant"
    assert len(ant.samples) == 7
    files = [*(root / "train/ant").iterdir(), *(root / "test/ant").iterdir()]
    mean = np.mean([np.asarray(Image.open(file)) for file in files], axis=0).transpose(2, 0, 1)
    np.testing.assert_allclose(ant.mean, mean, atol=0.51)


def test_data_sets_of_arrays_in_two_stores_are_looked_through():
    train, test = (
        torch.from_numpy(pixels(*map(scene, numbers))).permute(0, 3, 1, 2) for numbers in (range(8), (3, 90))
    )
    source = Source(
        whole("train", train, torch.arange(8) % 2), ("a", "b"), test=whole("test", test, torch.tensor([1, 0]))
    )
    found = take_stock(source, make_splits(source, SplitOptions(val_fraction=0), seed=0), name="arrays")
    assert found.files is None
    assert found.leaks == {"test": Leak(1, 1, 2)}
    assert {one.name for one in found.groups[0].members} == {"train 3", "test 0"}
