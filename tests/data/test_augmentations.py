import pytest
import torch
from torchvision.transforms.v2 import functional as reference

from cnnlab.data.augmentations import AUGMENTATIONS, crop, flip_crop, horizontal_flip


def images(num=5, channels=3, size=8):
    return torch.randint(
        0, 256, (num, channels, size, size), dtype=torch.uint8, generator=torch.Generator().manual_seed(0)
    )


@pytest.mark.parametrize(("top", "left"), [(0, 0), (2, 2), (4, 4), (1, 3)])
def test_crop_of_each_image_equals_torchvisions(top, left):
    batch = images()
    result = crop(batch, torch.full((5,), top), torch.full((5,), left), padding=2)
    for image, expected in zip(result, batch):
        assert torch.equal(image, reference.crop(reference.pad(expected, [2]), top, left, 8, 8))


def test_crop_cuts_each_image_at_its_own_place():
    batch = images(num=2)
    result = crop(batch, torch.tensor([2, 0]), torch.tensor([2, 4]), padding=2)
    assert torch.equal(result[0], batch[0])  # the middle: unmoved
    assert torch.equal(result[1][:, 2:, :-2], batch[1][:, :-2, 2:])  # moved down and to the left
    assert int(result[1][:, :2].sum()) == 0


def test_flip_mirrors_only_the_chosen_images():
    batch = images(num=2)
    result = horizontal_flip(batch, torch.tensor([True, False]))
    assert torch.equal(result[0], reference.horizontal_flip(batch[0]))
    assert torch.equal(result[1], batch[1])


def test_flip_crop_moves_by_at_most_the_padding():
    batch = torch.full((1000, 1, 8, 8), 255, dtype=torch.uint8)
    draws = torch.rand(1000, 3, generator=torch.Generator().manual_seed(1))
    result = flip_crop(padding=2).apply(batch, draws)
    kept = (result > 0).sum((1, 2, 3))
    assert int(kept.min()) == 36  # moved by 2 both ways
    assert int(kept.max()) == 64


def test_flip_crop_flips_with_its_probability():
    batch = torch.arange(8, dtype=torch.uint8).expand(1000, 1, 8, 8)
    draws = torch.rand(1000, 3, generator=torch.Generator().manual_seed(1))
    result = flip_crop(padding=0, flip=0.25).apply(batch, draws)
    is_flipped = result[:, 0, 0, 0] == 7
    assert torch.equal(is_flipped, draws[:, 2] < 0.25)


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_augmentation_keeps_shape_and_dtype(name):
    augmentation = AUGMENTATIONS[name]()
    for batch in (images(), images(channels=1)):
        result = augmentation.apply(batch, torch.rand(5, augmentation.num_draws))
        assert result.shape == batch.shape
        assert result.dtype == torch.uint8


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_augmentation_of_an_image_does_not_depend_on_its_batch(name):
    augmentation, batch = AUGMENTATIONS[name](), images()
    draws = torch.rand(5, augmentation.num_draws)
    whole = augmentation.apply(batch, draws)
    alone = torch.cat([augmentation.apply(batch[i : i + 1], draws[i : i + 1]) for i in range(5)])
    assert torch.equal(whole, alone)
