import pytest
import torch

from cnnlab.base.randomness import generator
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


def draws_of(*steps):
    """Return what the steps of a chain draw, by their names in it."""
    chain = AUGMENTATIONS["chain"](steps=steps)
    drawn = chain.draw(4, lambda name: generator(0, "augment", f"3/{name}"))
    return dict(zip([name for name, _ in chain.streams], torch.split(drawn, [n for _, n in chain.streams], dim=1)))


def test_step_of_a_chain_draws_the_same_whatever_stands_before_it():
    alone, behind = draws_of("cutout"), draws_of("flip_crop", {"name": "cutout", "side": 0.3})
    assert torch.equal(behind["cutout"], alone["cutout"])


def test_step_that_comes_twice_draws_anew():
    drawn = draws_of("cutout", "flip_crop", "cutout")
    assert list(drawn) == ["cutout", "flip_crop", "cutout 2"]
    assert not torch.equal(drawn["cutout"], drawn["cutout 2"])


def test_no_steps_are_the_images_as_they_are():
    assert torch.equal(compose().apply(noise(), uniform(5, 0)), noise())


def test_two_steps_that_mix_are_refused():
    with pytest.raises(ValueError, match=r"^compose: at most one step can mix images, got 2\.$"):
        compose(AUGMENTATIONS["mixup"](), AUGMENTATIONS["none"](), AUGMENTATIONS["cutmix"]())
