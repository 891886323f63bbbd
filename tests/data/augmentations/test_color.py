"""Changes of values: torchvision's functions on single images are the reference."""

import pytest
import torch
from torchvision.transforms.v2 import functional as reference

from cnnlab.data.augmentations.color import (
    adjust_brightness,
    adjust_contrast,
    adjust_hue,
    adjust_saturation,
    adjust_sharpness,
    color_jitter,
    grayscale,
    luminance,
    sharpness,
    to_gray,
)
from tests.data.augmentations.images import difference, noise, smooth, uniform

EXACT = [0.0, 0.25, 0.75, 1.0, 1.125, 2.0]  # products with whole numbers under 256 are exact in float32
ROUNDED = [0.1, 0.3, 0.9, 1.1, 1.7, 3.3]
SHIFTS = [-0.5, -0.2, 0.0, 0.01, 0.3, 0.5]
PAIRS = [
    (adjust_brightness, reference.adjust_brightness),
    (adjust_contrast, reference.adjust_contrast),
    (adjust_saturation, reference.adjust_saturation),
    (adjust_sharpness, reference.adjust_sharpness),
]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("adjust", "expected"), PAIRS)
def test_adjusted_images_equal_torchvisions(adjust, expected, channels):
    batch = noise(len(EXACT), channels, size=16)
    for image, original, factor in zip(adjust(batch, torch.tensor(EXACT)), batch, EXACT):
        assert torch.equal(image, expected(original, factor))


@pytest.mark.parametrize(("adjust", "expected"), PAIRS)
def test_adjusted_images_differ_from_torchvisions_by_rounding_alone(adjust, expected):
    batch = noise(len(ROUNDED), size=16)
    for image, original, factor in zip(adjust(batch, torch.tensor(ROUNDED)), batch, ROUNDED):
        by = difference(image, expected(original, factor))
        assert int(by.max()) <= 1
        assert float(by.float().mean()) < 0.05


@pytest.mark.parametrize("make", [noise, smooth])
def test_turned_hues_are_torchvisions(make):
    batch = make(len(SHIFTS), size=16)
    for image, original, shift in zip(adjust_hue(batch, torch.tensor(SHIFTS)), batch, SHIFTS):
        assert int(difference(image, reference.adjust_hue(original, shift)).max()) <= 1


@pytest.mark.parametrize("shift", [0.0, 1 / 3, 0.5])
def test_hue_turns_red_green_and_blue(shift):
    colors = torch.eye(3, dtype=torch.uint8).mul(255).view(1, 3, 1, 3)  # red, green, blue
    turned = {0.0: colors, 1 / 3: colors.roll(1, 1), 0.5: 255 - colors}
    assert torch.equal(adjust_hue(colors, torch.tensor([shift])), turned[shift])


def test_gray_pixels_have_no_hue():
    gray = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16).expand(1, 3, 16, 16)
    assert torch.equal(adjust_hue(gray, torch.tensor([0.3])), gray)


@pytest.mark.parametrize("adjust", [adjust_saturation, adjust_hue])
def test_one_channel_has_neither_saturation_nor_hue(adjust):
    assert torch.equal(adjust(noise(channels=1), torch.full((5,), 0.4)), noise(channels=1))


@pytest.mark.parametrize("size", [1, 2])
def test_tiny_images_are_not_sharpened(size):
    assert torch.equal(adjust_sharpness(noise(size=size), torch.zeros(5)), noise(size=size))


def test_luminance_is_torchvisions():
    expected = torch.stack([reference.rgb_to_grayscale(image) for image in noise()])
    assert torch.equal(luminance(noise()).to(torch.uint8), expected)
    assert torch.equal(luminance(noise(channels=1)), noise(channels=1).float())


def test_only_the_chosen_images_lose_their_colour():
    batch = noise(2)
    result = to_gray(batch, torch.tensor([True, False]))
    assert torch.equal(result[0], reference.rgb_to_grayscale(batch[0], num_output_channels=3))
    assert torch.equal(result[1], batch[1])


def test_jitter_is_its_four_steps_in_order():
    batch, draws = noise(), uniform(5, 4)
    spread = 2 * draws - 1
    expected = adjust_brightness(batch, 1 + 0.4 * spread[:, 0])
    expected = adjust_contrast(expected, 1 + 0.3 * spread[:, 1])
    expected = adjust_saturation(expected, 1 + 0.2 * spread[:, 2])
    expected = adjust_hue(expected, 0.1 * spread[:, 3])
    result = color_jitter(brightness=0.4, contrast=0.3, saturation=0.2, hue=0.1).apply(batch, draws)
    assert float((result != expected).float().mean()) < 0.01  # the draws are spread by another formula
    assert int(difference(result, expected).max()) <= 2


def test_jitter_of_nothing_leaves_the_images():
    augmentation = color_jitter(brightness=0.0, contrast=0.0, saturation=0.0, hue=0.0)
    assert torch.equal(augmentation.apply(noise(), uniform(5, 4)), noise())


def test_strength_over_one_darkens_to_black_at_most():
    white = torch.full((1, 3, 1, 1), 200, dtype=torch.uint8)
    augmentation = color_jitter(brightness=3.0, contrast=0.0, saturation=0.0, hue=0.0)
    assert int(augmentation.apply(white, torch.zeros(1, 4)).max()) == 0


@pytest.mark.parametrize("factory", [sharpness, grayscale])
def test_as_many_images_change_as_the_probability_says(factory):
    draws = uniform(1000, 1)
    result = factory(probability=0.25).apply(noise(1000), draws)
    assert torch.equal((result != noise(1000)).flatten(1).any(1), draws[:, 0] < 0.25)
