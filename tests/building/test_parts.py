import dataclasses

import pytest
import torch
import torch.nn.functional as F

from cnnlab.building.parts import ImageSpec
from cnnlab.data.image_normalization import Normalization

SEEN = ImageSpec(("a", "b"), 1, 4, Normalization((0.5,), (0.25,)))
IMAGES = torch.randint(0, 256, (2, 1, 12, 12), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def test_images_of_the_right_size_are_normalized_alone():
    images = IMAGES[..., :4, :4]
    torch.testing.assert_close(SEEN.prepare(images), (images / 255 - 0.5) / 0.25)


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
def test_larger_images_are_scaled_and_their_middle_is_cut_out(interpolation):
    spec = dataclasses.replace(SEEN, resize=6, interpolation=interpolation)
    scaled = F.interpolate(IMAGES.float(), (6, 6), mode=interpolation, antialias=True).clamp(0, 255)
    torch.testing.assert_close(spec.prepare(IMAGES), (scaled[..., 1:5, 1:5] / 255 - 0.5) / 0.25)


def test_published_weights_see_a_middle_that_begins_where_torchvisions_does():
    images = IMAGES[..., :7, :7]
    for is_published, start in ((False, 1), (True, 2)):  # of (7 - 4) / 2
        spec = dataclasses.replace(SEEN, resize=7, is_published=is_published)
        expected = SEEN.prepare(images[..., start : start + 4, start : start + 4])
        torch.testing.assert_close(spec.prepare(images), expected)


def test_images_that_have_the_size_of_the_scaling_are_only_cut():
    images = IMAGES[..., :6, :6]
    prepared = dataclasses.replace(SEEN, resize=6).prepare(images)
    torch.testing.assert_close(prepared, SEEN.prepare(images[..., 1:5, 1:5]))
