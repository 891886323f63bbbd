"""Moves of pixels: torchvision's functions on single images are the reference."""

import pytest
import torch
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import functional as reference

from cnnlab.base.errors import ConfigError
from cnnlab.data.augmentations.geometry import (
    affine,
    affine_matrix,
    crop,
    crop_and_resize,
    flip_crop,
    flip_horizontally,
    flip_vertically,
    random_crop,
    random_resized_crop,
    rotation,
    warp,
)
from tests.data.augmentations.images import difference, noise, smooth, uniform

MAPS = [  # degrees, shift right, shift down, scale, shear
    (0.0, 0.0, 0.0, 1.0, 0.0),
    (30.0, 0.0, 0.0, 1.0, 0.0),
    (-17.0, 3.0, -2.0, 0.8, 0.0),
    (12.0, -5.0, 4.0, 1.3, 9.0),
    (0.0, 6.0, 0.0, 1.0, -20.0),
]


@pytest.mark.parametrize(("top", "left"), [(0, 0), (2, 2), (4, 4), (1, 3)])
def test_crop_of_each_image_equals_torchvisions(top, left):
    batch = noise()
    result = crop(batch, torch.full((5,), top), torch.full((5,), left), padding=2)
    for image, original in zip(result, batch):
        assert torch.equal(image, reference.crop(reference.pad(original, [2]), top, left, 8, 8))


def test_crop_cuts_each_image_at_its_own_place():
    batch = noise(2)
    result = crop(batch, torch.tensor([2, 0]), torch.tensor([2, 4]), padding=2)
    assert torch.equal(result[0], batch[0])  # the middle: unmoved
    assert torch.equal(result[1][:, 2:, :-2], batch[1][:, :-2, 2:])  # moved down and to the left
    assert int(result[1][:, :2].sum()) == 0


@pytest.mark.parametrize(
    ("flip", "expected"),
    [(flip_horizontally, reference.horizontal_flip), (flip_vertically, reference.vertical_flip)],
)
def test_flip_mirrors_only_the_chosen_images(flip, expected):
    batch = noise(2)
    result = flip(batch, torch.tensor([True, False]))
    assert torch.equal(result[0], expected(batch[0]))
    assert torch.equal(result[1], batch[1])


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("mode", ["nearest", "bilinear"])
def test_warp_of_each_image_is_torchvisions_affine(mode, channels):
    batch = smooth(len(MAPS), channels)
    degrees, right, down, scale, shear = torch.tensor(MAPS).unbind(1)
    result = warp(batch, affine_matrix(degrees, right, down, scale=scale, shear=shear), interpolation=mode)
    for image, original, (angle, x, y, factor, slope) in zip(result, batch, MAPS):
        expected = reference.affine(original, angle, [x, y], factor, [slope, 0.0], InterpolationMode(mode))
        is_other = difference(image, expected) > (1 if mode == "bilinear" else 0)
        assert float(is_other.float().mean()) < 0.005  # pixels that lie on the border between two of the original


@pytest.mark.parametrize("mode", ["nearest", "bilinear"])
def test_quarter_turn_is_exact(mode):
    batch, zero = noise(1), torch.zeros(1)
    result = warp(batch, affine_matrix(torch.tensor([90.0]), zero, zero), interpolation=mode)
    assert torch.equal(result, batch.rot90(-1, (2, 3)))  # clockwise


def test_images_need_not_be_square():
    image = noise(1, size=8)[..., :5]
    zero = torch.zeros(1)
    moved = warp(image, affine_matrix(zero, zero + 2, zero - 1), interpolation="nearest")
    assert torch.equal(moved[..., :-1, 2:], image[..., 1:, :-2])
    assert int(moved[..., :2].sum()) + int(moved[..., -1, :].sum()) == 0


@pytest.mark.parametrize("box", [(0, 0, 32, 32), (3, 5, 20, 11), (0, 31, 32, 1), (30, 0, 2, 32), (12, 12, 7, 7)])
def test_resized_box_of_each_image_is_torchvisions(box):
    batch = smooth(2)
    result = crop_and_resize(batch, *(torch.tensor([value, whole]) for value, whole in zip(box, (0, 0, 32, 32))))
    expected = reference.resized_crop(batch[0], *box, [32, 32], antialias=True)
    assert int(difference(result[0], expected).max()) <= 1
    assert torch.equal(result[1], batch[1])  # the whole image stays as it is


def test_flip_crop_moves_by_at_most_the_padding():
    batch = torch.full((1000, 1, 8, 8), 255, dtype=torch.uint8)
    result = flip_crop(padding=2).apply(batch, uniform(1000, 3))
    kept = (result > 0).sum((1, 2, 3))
    assert int(kept.min()) == 36  # moved by 2 both ways
    assert int(kept.max()) == 64


def test_random_crop_reaches_every_place_alike():
    batch = torch.zeros(8000, 1, 4, 4, dtype=torch.uint8)
    batch[:, :, 1, 1] = 1
    place = random_crop(padding=1).apply(batch, uniform(8000, 2)).flatten(1).argmax(1)
    counts = torch.bincount(place, minlength=16).view(4, 4)[:3, :3]
    assert int(counts.sum()) == 8000
    assert float((counts - 8000 / 9).abs().max()) < 120  # four standard deviations


def test_flip_crop_flips_with_its_probability():
    batch, draws = torch.arange(8, dtype=torch.uint8).expand(1000, 1, 8, 8), uniform(1000, 3)
    result = flip_crop(padding=0, flip=0.25).apply(batch, draws)
    assert torch.equal(result[:, 0, 0, 0] == 7, draws[:, 2] < 0.25)


def test_affine_with_nothing_to_do_leaves_the_images():
    augmentation = affine(degrees=0.0, translate=0.0, scale=(1.0, 1.0))
    assert torch.equal(augmentation.apply(noise(), uniform(5, 5)), noise())


def test_affine_moves_by_whole_pixels_up_to_its_part_of_the_side():
    point = torch.zeros(2000, 1, 9, 9, dtype=torch.uint8)
    point[:, :, 4, 4] = 1
    augmentation = affine(degrees=0.0, translate=0.25, scale=(1.0, 1.0))  # 2.25 pixels
    place = augmentation.apply(point, uniform(2000, 5)).flatten(1).argmax(1)
    assert sorted(set((place % 9).tolist())) == sorted(set((place // 9).tolist())) == [2, 3, 4, 5, 6]


@pytest.mark.parametrize(("draw", "degrees"), [(0.0, -20.0), (0.5, 0.0), (0.75, 10.0)])
def test_rotation_spreads_its_draw_over_both_ways(draw, degrees):
    batch, zero = smooth(1), torch.zeros(1)
    expected = warp(batch, affine_matrix(torch.tensor([degrees]), zero, zero), interpolation="nearest")
    assert torch.equal(rotation(degrees=20.0).apply(batch, torch.tensor([[draw]])), expected)


def boxes_of(augmentation, num=4000):
    """Return the sides of the boxes that are cut, by what a ramp across the image shows: (height, width) in pixels."""
    size = 200
    ramp = torch.arange(size, dtype=torch.uint8).expand(1, 1, size, size)
    ends = []
    for draws in uniform(num, 4).split(100):
        seen = [augmentation.apply(image.expand(100, 1, size, size), draws) for image in (ramp.mT, ramp)]
        ends.append(
            torch.stack((seen[0][:, 0, -1, 0] - seen[0][:, 0, 0, 0], seen[1][:, 0, 0, -1] - seen[1][:, 0, 0, 0]))
        )
    return torch.cat(ends, 1).T.float() + 1


def test_box_has_an_area_and_a_shape_within_the_bounds():
    sides = boxes_of(random_resized_crop(scale=(0.25, 0.5), ratio=(0.5, 2.0)), num=500)
    area, shape = sides.prod(1) / 200**2, sides[:, 1] / sides[:, 0]
    assert 0.24 < float(area.min()) < 0.27 < 0.48 < float(area.max()) < 0.51
    assert 0.48 < float(shape.min()) < 0.55 < 1.8 < float(shape.max()) < 2.05
    assert float(area.mean()) == pytest.approx(0.375, abs=0.01)
    assert float(shape.log().mean()) == pytest.approx(0.0, abs=0.06)


def test_box_of_the_whole_area_is_the_whole_image():
    assert torch.equal(random_resized_crop(scale=(1.0, 1.0)).apply(noise(), uniform(5, 4)), noise())


def test_box_that_cannot_have_its_shape_is_cut_to_fit():
    narrow = random_resized_crop(scale=(1.0, 1.0), ratio=(4.0, 4.0)).apply(noise(), uniform(5, 4))
    assert narrow.shape == noise().shape


@pytest.mark.parametrize(
    ("factory", "option"), [(affine, "scale"), (random_resized_crop, "scale"), (random_resized_crop, "ratio")]
)
def test_range_the_wrong_way_round_is_refused(factory, option):
    with pytest.raises(ConfigError, match=rf"^augmentation\.{option}: must go from low to high, got \[1\.0, 0\.5\]\.$"):
        factory(**{option: (1.0, 0.5)})
