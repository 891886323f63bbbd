from pathlib import Path

import pytest
import torch

from cnnlab.base.errors import ConfigError
from cnnlab.building.data import image_spec
from cnnlab.building.networks import build_model, count_flops
from cnnlab.building.parts import ImageSpec
from cnnlab.config.run_config import cache_dir
from cnnlab.data.image_normalization import Normalization
from cnnlab.data.stores import Data, whole
from tests.conftest import built, tiny


def data(height, width, channels=3):
    images = torch.arange(2 * channels * height * width, dtype=torch.uint8).view(2, channels, height, width)
    split = whole("images", images, torch.tensor([0, 1]))
    return Data(split, None, split, ("ant", "bee"), ())


def test_equal_configurations_build_equal_models():
    first, second = (built(tiny()).learning.model.state_dict() for _ in range(2))
    torch.testing.assert_close(first, second, rtol=0, atol=0)


def test_model_gets_size_channels_and_classes_from_the_data():
    parts = built(tiny("dataset.channels=1", "dataset.image_size=12", "dataset.num_classes=4"))
    assert (parts.images.channels, parts.images.image_size, len(parts.images.classes)) == (1, 12, 4)
    assert parts.learning.model(torch.zeros(2, 1, 12, 12)).shape == (2, 4)


def test_splits_share_their_images():
    parts = built(tiny())
    assert parts.train.images is parts.val.images is parts.test.images


def test_small_images_are_evaluated_many_at_a_time():
    parts = built(tiny("batch_size=2", "normalization=none"))
    assert len(parts.train) == 43  # 87 images; the last one joins the batch before
    assert len(parts.test) == 1


def test_normalization_is_measured_on_the_training_split_alone():
    first, second = (built(tiny(f"dataset.split_seed={seed}")).images.normalization for seed in (0, 1))
    assert first != second


@pytest.mark.parametrize(("normalize", "mean"), [("imagenet", (0.485, 0.456, 0.406)), ("none", (0.0, 0.0, 0.0))])
def test_normalization_can_be_given(normalize, mean):
    assert image_spec(data(8, 8), normalize).normalization.mean == mean


def test_images_that_are_no_squares_are_refused():
    with pytest.raises(ConfigError, match=r"dataset\.image_size: the images are 8x6, networks take squares\. Set it\."):
        image_spec(data(8, 6), "none")


def test_flops_count_a_multiply_add_as_two():
    images = ImageSpec(("a", "b"), 1, 8, Normalization((0.0,), (1.0,)))
    model = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.Flatten(), torch.nn.Linear(4 * 36, 2))
    assert count_flops(model, images, torch.device("cpu")) == 2 * (36 * 9 * 4 + 4 * 36 * 2)
    assert model.training


def test_flops_of_cnn6_are_those_worked_by_hand():
    images = ImageSpec(tuple("0123456789"), 3, 32, Normalization((0.0,) * 3, (1.0,) * 3))
    model = build_model(tiny("model.width=1"), images)
    convolutions = 30 * 30 * 27 * 6 + 169 * (54 * 8 + 80 + 120 + 168 + 224)
    linears = 2704 * 1024 + 1024 * 512 + 512 * 256 + 256 * 10
    assert count_flops(model, images, torch.device("cpu")) == 2 * (convolutions + linears)


def test_cache_lies_where_the_system_says(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_dir(tiny()) == tmp_path / "cnnlab"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_dir(tiny()) == tmp_path / ".cache" / "cnnlab"
    assert cache_dir(tiny("cache_dir=here")) == Path("here")


@pytest.mark.parametrize("model", ["cnn6", "plain_cnn"])
def test_images_too_small_for_a_network_are_refused(model):
    message = (
        rf"model \({model}\): needs images of at least \dx\d pixels, got 2x2\. Set dataset\.image_size=\d or more\."
    )
    with pytest.raises(ConfigError, match=message):
        built(tiny(f"model={model}", "dataset.image_size=2"))
