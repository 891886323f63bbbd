import pytest
import torch

from cnnlab.data.augmentations import AUGMENTATIONS
from cnnlab.data.augmentations.composition import Augmentation, compose
from tests.data.augmentations.images import noise, uniform


def added(amount, num_draws=1):
    return Augmentation(num_draws, lambda images, draws: images + (amount * draws.sum(1)).to(torch.uint8).view(-1, 1))


def test_steps_are_done_in_order_each_with_its_own_draws():
    doubled = Augmentation(0, lambda images, _: images * 2)
    augmentation = compose(added(10), doubled, added(1, num_draws=2))
    images = torch.tensor([[1], [2]], dtype=torch.uint8)
    draws = torch.tensor([[1.0, 3.0, 4.0], [2.0, 5.0, 6.0]])
    assert augmentation.num_draws == 3
    assert augmentation.apply(images, draws).tolist() == [[2 * (1 + 10) + 7], [2 * (2 + 20) + 11]]


def test_no_steps_are_the_images_as_they_are():
    assert torch.equal(compose().apply(noise(), uniform(5, 0)), noise())


def test_two_steps_that_mix_are_refused():
    with pytest.raises(ValueError, match=r"^compose: at most one step can mix images, got 2\.$"):
        compose(AUGMENTATIONS["mixup"](), AUGMENTATIONS["none"](), AUGMENTATIONS["cutmix"]())
