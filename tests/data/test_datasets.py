from __future__ import annotations

import dataclasses
import inspect
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
import yaml

from cnnlab.base.errors import ConfigError
from cnnlab.base.schema import check_options
from cnnlab.config.run_config import DatasetConfig
from cnnlab.data.datasets import DATASETS
from cnnlab.data.resizing import resize, resize_used
from cnnlab.data.storage import Storage
from cnnlab.data.stores import Data, Split, Store, whole

CONF = Path(__file__).parents[2] / "conf" / "dataset"


def storage(tmp_path: Path, image_size: int | None = None) -> Storage:
    return Storage(tmp_path / "data", tmp_path / "cache", image_size, workers=0)


@pytest.mark.parametrize("name", DATASETS)
def test_loader_is_explained_in_one_line(name):
    assert len((inspect.getdoc(DATASETS[name]) or "").splitlines()) == 1


@pytest.mark.parametrize("name", DATASETS)
def test_yaml_has_the_options_of_the_loader_and_their_defaults(name):
    every = {field.name for field in dataclasses.fields(DatasetConfig)}  # a preset may set what all data sets take
    plain = yaml.safe_load((CONF / f"{name}.yaml").read_text())
    assert plain["name"] == name
    plain = {key: value for key, value in plain.items() if key not in every}
    assert check_options("dataset", name, DATASETS[name], plain) == (plain, [])
    assert check_options("dataset", name, DATASETS[name], {}) == (plain, [])


def test_every_yaml_has_a_loader():
    assert {file.stem for file in CONF.glob("*.yaml")} == set(DATASETS)


def test_digits_are_scikit_learns(tmp_path):
    from sklearn.datasets import load_digits

    reference = load_digits()
    source = DATASETS["digits"](storage(tmp_path, 8))  # 8 x 8 as they come
    assert source.train.images.shape == (1797, 1, 8, 8)
    expected = torch.from_numpy(reference.images * 255 / 16).round().byte()
    assert torch.equal(source.train.images[:, 0], expected)
    assert source.train.labels.tolist() == reference.target.tolist()
    assert source.classes == tuple("0123456789")
    assert source.test is None


def test_digits_are_32_pixels_wide_unless_asked_otherwise(tmp_path):
    source = DATASETS["digits"](storage(tmp_path))
    small = DATASETS["digits"](storage(tmp_path, 8)).train.images
    assert source.train.images.shape == (1797, 1, 32, 32)
    expected = F.interpolate(small.float(), (32, 32), mode="bilinear")
    torch.testing.assert_close(source.train.images.float(), expected, atol=1.0, rtol=0)  # one rounding against two


def test_digits_do_not_import_scikit_learn():
    code = (
        "import sys; from pathlib import Path; from cnnlab.data.datasets import *; "
        "digits(Storage(Path(), Path(), None)); sys.exit('sklearn' in sys.modules or 'torchvision' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_synthetic_has_the_images_asked_for(tmp_path):
    source = DATASETS["synthetic"](storage(tmp_path), num_images=601, num_classes=3, channels=1)
    assert source.train.images.shape == (601, 1, 32, 32)
    assert torch.bincount(source.train.labels).tolist() == [201, 200, 200]
    assert source.classes == ("0", "1", "2")
    assert source.test is None
    assert DATASETS["synthetic"](storage(tmp_path, 16), num_images=4).train.images.shape == (4, 3, 16, 16)


def test_synthetic_is_the_same_every_time(tmp_path):
    first, second = (DATASETS["synthetic"](storage(tmp_path), num_images=300) for _ in range(2))
    assert torch.equal(first.train.images, second.train.images)
    assert not torch.equal(first.train.images[0], first.train.images[10])  # of one class


def test_synthetic_classes_can_be_learned_but_not_from_single_pixels(tmp_path):
    train = DATASETS["synthetic"](storage(tmp_path), num_images=1000, num_classes=5, channels=1).train
    pixels = train.images[:, 0].float()
    spectrum = torch.fft.fft2(pixels - pixels.mean((1, 2), keepdim=True)).abs()

    def accuracy(features: torch.Tensor) -> float:
        """Of the nearest class mean of the first half, on the second half."""
        means = torch.stack([features[:500][train.labels[:500] == label].mean(0) for label in range(5)])
        return float((torch.cdist(features[500:], means).argmin(1) == train.labels[500:]).float().mean())

    assert accuracy(spectrum.flatten(1)) > 0.9
    assert accuracy(pixels.flatten(1)) < 0.5


def test_synthetic_takes_two_classes_or_more():
    _, problems = check_options("dataset", "synthetic", DATASETS["synthetic"], {"num_classes": 1, "channels": 2})
    assert problems == ["dataset.num_classes: must be >= 2, got 1.", "dataset.channels: unknown '2'. Known: 1, 3."]


def test_unknown_part_of_mnist_is_named():
    _, problems = check_options("dataset", "mnist", DATASETS["mnist"], {"part": "tests"})
    assert problems == ["dataset.part: unknown 'tests'. Did you mean 'test'? Known: test (null turns it off)."]


def test_image_folder_without_root_says_how_to_give_it(tmp_path):
    with pytest.raises(ConfigError, match=r"^dataset\.root: missing\. Give the folder: dataset\.root=path/to/folder$"):
        DATASETS["image_folder"](storage(tmp_path))


def test_resize_is_bilinear_with_antialiasing():
    images = torch.randint(0, 256, (300, 3, 12, 12), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    expected = F.interpolate(images.float(), (5, 5), mode="bilinear", antialias=True)
    rows = torch.arange(len(images))
    torch.testing.assert_close(resize(images, rows, 5).float(), expected, atol=0.501, rtol=0)  # rounded


def test_a_store_is_resized_once_for_all_its_splits():
    store = Store("images", torch.zeros(4, 1, 6, 6, dtype=torch.uint8))
    parts = [Split(store, torch.zeros(2).long(), torch.tensor(rows)) for rows in ([0, 1], [2, 3])]
    resized = resize_used(Data(parts[0], None, parts[1], ("a", "b"), ()), 3)
    assert resized.train.images.shape == (4, 1, 3, 3)
    assert resized.train.store is resized.test.store
    assert resized.test.rows.tolist() == [2, 3]


def test_only_images_that_are_used_are_resized():
    store = Store("images", torch.arange(6, dtype=torch.uint8)[:, None, None, None].expand(6, 1, 4, 4))
    own = torch.full((2, 1, 3, 3), 9, dtype=torch.uint8)
    labels = torch.tensor([0, 1])
    train, val = Split(store, labels, torch.tensor([5, 1])), Split(store, labels, torch.tensor([1, 4]))
    test = whole("of that size", own, labels)
    resized = resize_used(Data(train, val, test, ("a", "b"), ()), 3)
    assert resized.train.images[:, 0, 0, 0].tolist() == [1, 4, 5]
    assert resized.train.rows.tolist() == [2, 0]
    assert resized.val is not None
    assert resized.val.rows.tolist() == [0, 1]
    assert resized.test is test
