"""The contract of every augmentation, over the table, then chains."""

import pytest
import torch

from cnnlab.base.errors import ConfigError
from cnnlab.data.augmentations import AUGMENTATIONS, chain
from tests.data.augmentations.images import noise, uniform
from tests.host_traffic import CUDA, NoHostTraffic, fake_cuda


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_augmentation_keeps_shape_and_dtype(name, channels):
    augmentation, batch = AUGMENTATIONS[name](), noise(channels=channels)
    result = augmentation.apply(batch, uniform(5, augmentation.num_draws))
    assert result.shape == batch.shape
    assert result.dtype == torch.uint8


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_augmentation_leaves_its_input_as_it_was(name):
    augmentation, batch = AUGMENTATIONS[name](), noise()
    augmentation.apply(batch, uniform(5, augmentation.num_draws))
    assert torch.equal(batch, noise())


@pytest.mark.parametrize("size", [8, 33])
@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_augmentation_of_an_image_does_not_depend_on_its_batch(name, size):
    augmentation, batch = AUGMENTATIONS[name](), noise(7, size=size)
    draws = uniform(7, augmentation.num_draws)
    whole = augmentation.apply(batch, draws)
    alone = torch.cat([augmentation.apply(batch[i : i + 1], draws[i : i + 1]) for i in range(7)])
    assert torch.equal(whole, alone)


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_augmentation_does_not_depend_on_the_order_of_the_images_in_memory(name):
    augmentation, batch = AUGMENTATIONS[name](), noise()
    draws = uniform(5, augmentation.num_draws)
    expected = augmentation.apply(batch, draws)
    assert torch.equal(augmentation.apply(batch.contiguous(memory_format=torch.channels_last), draws), expected)


@pytest.mark.parametrize("name", sorted(set(AUGMENTATIONS) - {"none", "mixup", "cutmix"}))
def test_augmentation_does_something(name):
    augmentation, batch = AUGMENTATIONS[name](), noise(20)
    assert not torch.equal(augmentation.apply(batch, uniform(20, augmentation.num_draws)), batch)


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_augmentation_takes_the_largest_draws(name):
    augmentation = AUGMENTATIONS[name]()
    draws = torch.full((5, augmentation.num_draws), 1 - 2**-24)  # the largest float32 under 1
    assert augmentation.apply(noise(), draws).shape == (5, 3, 8, 8)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_augmentation_moves_nothing_between_host_and_device_once_it_has_been_used(name, channels):
    with fake_cuda():
        augmentation = AUGMENTATIONS[name]()
        batch = torch.zeros(5, channels, 8, 8, dtype=torch.uint8, device=CUDA)
        augment(augmentation, batch)
        with NoHostTraffic():
            augment(augmentation, batch)


def augment(augmentation, batch):
    """Do to a batch on a device all that an augmentation does, mixing included."""
    images = augmentation.apply(batch, torch.rand(len(batch), augmentation.num_draws, device=batch.device))
    if augmentation.mixing is not None:
        draws = torch.rand(len(batch), augmentation.mixing.num_draws, device=batch.device)
        augmentation.mixing.apply(images, images.flip(0), draws)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_augmentation_on_cuda_is_that_on_the_cpu(name):
    augmentation, batch = AUGMENTATIONS[name](), noise(20, size=32)
    draws = uniform(20, augmentation.num_draws)
    expected = augmentation.apply(batch, draws)
    result = augmentation.apply(batch.cuda(), draws.cuda()).cpu()
    assert float((result != expected).float().mean()) < 0.01  # where a value lies on the border between two


def test_chain_is_its_steps_with_their_options():
    augmentation = chain(steps=({"name": "vertical_flip", "probability": 1.0}, "none", "grayscale", "cutmix"))
    draws = torch.tensor([[0.9, 0.9]]).expand(5, 2)  # no gray
    assert augmentation.num_draws == 2
    assert torch.equal(augmentation.apply(noise(), draws), noise().flip(2))
    assert augmentation.mixing.num_draws == AUGMENTATIONS["cutmix"]().mixing.num_draws


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        (("flip_corp",), r"^augmentation\.steps\.0\.name: unknown 'flip_corp'\. Did you mean 'flip_crop'\? Known: "),
        (("none", {"padding": 4}), r"^augmentation\.steps\.1\.name: unknown 'None'\."),
        (("none", {"name": "cutout", "side": 2.0}), r"^augmentation\.steps\.1\.side: must be in \(0, 1\], got 2\.0\.$"),
        (({"name": "cutout", "size": 8},), r"^augmentation\.steps\.0 \(cutout\): unexpected 'size'\. It takes: fill,"),
        (("mixup", "cutmix"), r"^augmentation\.steps: at most one step can mix images, got 2\.$"),
    ],
)
def test_chain_says_which_step_is_wrong(steps, message):
    with pytest.raises(ConfigError, match=message):
        chain(steps=steps)
