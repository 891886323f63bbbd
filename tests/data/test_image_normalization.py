"""Mean and deviation of the pixels, per channel."""

import pytest
import torch

from cnnlab.data.image_normalization import Normalization, imagenet_normalization, measure_normalization
from tests.host_traffic import CUDA, NoHostTraffic, fake_cuda


def test_normalization_takes_mean_and_deviation_off_each_channel():
    images = torch.tensor([0, 255], dtype=torch.uint8).view(2, 1, 1, 1).expand(2, 3, 1, 1)
    result = Normalization((0.5, 0.0, 1.0), (0.5, 1.0, 0.25)).apply(images)
    torch.testing.assert_close(result[:, :, 0, 0], torch.tensor([[-1.0, 0, -4], [1, 1, 0]]), rtol=0, atol=1e-6)


def test_measured_normalization_is_mean_and_deviation_of_the_rows_alone():
    images = torch.arange(11, dtype=torch.uint8).view(-1, 1, 1, 1).expand(-1, 1, 4, 4)
    measured = measure_normalization(images, torch.arange(1, 11))
    assert measured.mean == pytest.approx((5.5 / 255,), rel=1e-5)
    assert measured.std == pytest.approx((8.25**0.5 / 255,), rel=1e-4)


def test_constant_channel_is_normalized_to_zero():
    constant = torch.full((4, 1, 2, 2), 7, dtype=torch.uint8)
    result = measure_normalization(constant, torch.arange(4)).apply(constant)
    torch.testing.assert_close(result, torch.zeros(4, 1, 2, 2), rtol=0, atol=1e-6)


def test_imagenet_normalization_of_grayscale_is_the_mean_over_the_channels():
    assert imagenet_normalization(3).mean == (0.485, 0.456, 0.406)
    assert imagenet_normalization(1).mean == pytest.approx((0.449,), abs=1e-6)


def test_channel_that_is_constant_but_for_rounding_is_not_blown_up():
    images = torch.full((512, 1, 8, 8), 128, dtype=torch.uint8)
    images[0, 0, 0, 0] = 129  # a deviation of 0.006 grey levels
    result = measure_normalization(images, torch.arange(512)).apply(torch.full((1, 1, 1, 1), 255, dtype=torch.uint8))
    assert float(result) == pytest.approx(127 / 255, abs=1e-3)


@pytest.mark.parametrize("channels", [1, 3])
def test_normalization_brings_no_constant_from_the_host(channels):
    with fake_cuda(), NoHostTraffic():
        imagenet_normalization(channels).apply(torch.zeros(2, channels, 4, 4, dtype=torch.uint8, device=CUDA))
