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
from cnnlab.data.storage import Storage

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


DOWNLOADED = ("mnist", "fashion_mnist", "cifar10", "cifar100", "stl10", "tiny_imagenet", "hymenoptera")


@pytest.mark.parametrize("name", DOWNLOADED)
def test_nothing_is_downloaded_where_it_may_not_be(tmp_path, name):
    place = dataclasses.replace(storage(tmp_path), may_download=False)
    with pytest.raises(
        ConfigError, match=rf"^dataset \({name}\): is not here, and nothing is downloaded for this\. Put "
    ):
        DATASETS[name](place)
    assert not list(tmp_path.rglob("*"))


def test_unknown_part_of_mnist_is_named():
    _, problems = check_options("dataset", "mnist", DATASETS["mnist"], {"part": "tests"})
    assert problems == ["dataset.part: unknown 'tests'. Did you mean 'test'? Known: test (null turns it off)."]


def test_image_folder_without_root_says_how_to_give_it(tmp_path):
    with pytest.raises(ConfigError, match=r"^dataset\.root: missing\. Give the folder: dataset\.root=path/to/folder$"):
        DATASETS["image_folder"](storage(tmp_path))
