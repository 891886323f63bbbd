"""What the families share."""

import math

import pytest
import torch

from cnnlab.base.errors import ConfigError
from cnnlab.networks.models.blocks import Classifier, HeConv2d, require_image_size, scaled
from tests.conftest import refusal


@pytest.mark.parametrize(("count", "width", "channels"), [(6, 1.0, 6), (6, 0.25, 2), (6, 0.01, 1), (10, 1.26, 13)])
def test_scaled_rounds_and_leaves_at_least_one(count, width, channels):
    assert scaled(count, width) == channels


def test_an_image_of_the_smallest_size_is_taken():
    assert refusal(require_image_size, "mynet", 8, at_least=8) is None


def test_a_smaller_image_is_refused():
    message = r"^model \(mynet\): needs images of at least 8x8 pixels, got 7x7\. Set dataset\.image_size=8 or more\.$"
    with pytest.raises(ConfigError, match=message):
        require_image_size("mynet", 7, at_least=8)


def test_he_convolution_draws_with_the_deviation_of_fan_out():
    torch.manual_seed(0)
    conv = HeConv2d(16, 64, 3)
    assert conv.weight.std().item() == pytest.approx(math.sqrt(2 / (64 * 9)), rel=0.05)
    assert not conv.bias.any()


def test_a_classifier_needs_both_parts():
    with pytest.raises(TypeError, match="abstract"):
        Classifier()
