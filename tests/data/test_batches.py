import pytest
import torch

from cnnlab.base.randomness import generator
from cnnlab.data.augmentations import AUGMENTATIONS, Augmentation
from cnnlab.data.augmentations.composition import Mixing, compose
from cnnlab.data.batches import Batches, draw_order, step_bounds
from cnnlab.data.image_normalization import Normalization
from cnnlab.data.stores import Split, Store

PLAIN = Normalization((0.0,), (1 / 255,))  # leaves the pixels' values as they are


def split(num_images=11, channels=1):
    images = torch.arange(num_images, dtype=torch.uint8).view(-1, 1, 1, 1).expand(-1, channels, 4, 4).contiguous()
    rows = torch.arange(1, num_images)  # the first image of the store belongs to another split
    return Split(Store("images", images), rows % 3, rows)


def batches(batch_size=4, normalization=PLAIN):
    return Batches(split(), batch_size, prepare=normalization.apply, device=torch.device("cpu"))


def seen(epoch, *, seed=0, batch_size=4, augmentation="none", shuffle=True):
    chosen = AUGMENTATIONS[augmentation]()
    steps = batches(batch_size).epoch(epoch, seed=seed, augmentation=chosen, shuffle=shuffle)
    return torch.cat([images for images, *_ in steps])


@pytest.mark.parametrize(
    ("num_images", "batch_size", "bounds"),
    [
        (10, 4, [(0, 4), (4, 8), (8, 10)]),
        (8, 4, [(0, 4), (4, 8)]),
        (9, 4, [(0, 4), (4, 9)]),  # a last batch of one joins the one before
        (1, 4, [(0, 1)]),
        (3, 1, [(0, 1), (1, 2), (2, 3)]),
    ],
)
def test_positions_are_cut_into_batches(num_images, batch_size, bounds):
    assert step_bounds(num_images, batch_size) == bounds


def test_sample_is_spread_over_the_split():
    assert batches().sample(5)[:, 0, 0, 0].round().tolist() == [1, 3, 5, 7, 9]
    assert len(batches().sample(100)) == 10


def test_alternating_flips_mirror_each_image_in_every_second_epoch():
    rows = torch.arange(40)
    images = torch.zeros(40, 1, 1, 2, dtype=torch.uint8)
    images[:, 0, 0, 0] = 100 + rows
    images[:, 0, 0, 1] = 200
    data = Batches(Split(Store("x", images), rows % 3, rows), 16, prepare=PLAIN.apply, device=torch.device("cpu"))
    chain = AUGMENTATIONS["chain"](steps=("cutout", {"name": "flip_crop", "flip": "alternating", "padding": 0}))
    flip = AUGMENTATIONS["horizontal_flip"](probability="alternating")
    assert chain.alternating == (chain.num_draws - 1,)
    flipped = []
    for epoch in range(4):
        shown = torch.cat([piece.images for piece in data.epoch(epoch, seed=0, augmentation=flip)])[:, 0, 0].round()
        is_flipped = shown[:, 0] == 200
        flipped.append({int(min(pair)) for pair in shown[is_flipped].tolist()})
    assert flipped[0] == flipped[2]
    assert flipped[1] == flipped[3] == set(range(100, 140)) - flipped[0]
    assert 10 < len(flipped[0]) < 30


def test_images_in_order_are_those_of_the_split():
    images = torch.cat([images for images, _ in batches().in_order()])
    targets = torch.cat([targets for _, targets in batches().in_order()])
    torch.testing.assert_close(images[:, 0, 0, 0], torch.arange(1.0, 11), rtol=0, atol=1e-5)
    assert torch.equal(targets, torch.arange(1, 11) % 3)


def test_epoch_shows_every_image_once_with_its_label():
    steps = list(batches().epoch(0, seed=0, augmentation=AUGMENTATIONS["none"]()))
    values = torch.cat([images[:, 0, 0, 0] for images, *_ in steps]).round().long()
    assert sorted(values.tolist()) == list(range(1, 11))
    assert torch.equal(torch.cat([targets for _, targets, _ in steps]), values % 3)


def test_order_follows_seed_and_epoch():
    assert torch.equal(seen(0), seen(0))
    assert not torch.equal(seen(0), seen(1))
    assert not torch.equal(seen(0), seen(0, seed=1))


@pytest.mark.parametrize("augmentation", AUGMENTATIONS)
def test_what_happens_to_an_image_does_not_depend_on_the_batch_size(augmentation):
    assert torch.equal(
        seen(2, batch_size=4, augmentation=augmentation), seen(2, batch_size=7, augmentation=augmentation)
    )


@pytest.mark.parametrize("augmentation", ["mixup", "cutmix"])
def test_targets_of_mixed_images_do_not_depend_on_the_batch_size(augmentation):
    chosen = AUGMENTATIONS[augmentation]()
    first, second = (
        torch.cat([targets for _, targets, _ in batches(size).epoch(2, seed=0, augmentation=chosen)]) for size in (4, 7)
    )
    assert torch.equal(first, second)


def test_partner_is_the_one_behind_in_the_epochs_order_and_of_the_last_the_first():
    halves = Augmentation(
        0, lambda images, _: images, Mixing(0, lambda own, other, _: (other, torch.full((len(own),), 0.75)))
    )
    plain = list(batches().epoch(1, seed=0, augmentation=AUGMENTATIONS["none"]()))
    mixed = list(batches().epoch(1, seed=0, augmentation=halves))
    images, classes = (torch.cat(parts) for parts in list(zip(*plain))[:2])
    partners, targets = (torch.cat(parts) for parts in list(zip(*mixed))[:2])
    assert torch.equal(partners, images.roll(-1, 0))
    one_hot = torch.eye(3)[classes]
    torch.testing.assert_close(targets, 0.75 * one_hot + 0.25 * one_hot.roll(-1, 0), atol=1e-6, rtol=0)


def test_partner_is_augmented_as_it_is_itself():
    moved = AUGMENTATIONS["random_crop"](padding=1)
    other = Augmentation(0, lambda images, _: images, Mixing(0, lambda own, other, _: (other, torch.ones(len(own)))))
    alone, partners = (
        torch.cat([images for images, *_ in batches().epoch(1, seed=0, augmentation=augmentation)])
        for augmentation in (moved, compose(moved, other))
    )
    assert torch.equal(partners, alone.roll(-1, 0))


def test_mixing_does_not_change_the_other_draws():
    weightless = Augmentation(0, lambda images, _: images, Mixing(3, lambda own, _, draws: (own, draws[:, 0])))
    plain, mixed = (
        torch.cat([images for images, *_ in batches().epoch(1, seed=0, augmentation=augmentation)])
        for augmentation in (AUGMENTATIONS["flip_crop"](), compose(AUGMENTATIONS["flip_crop"](), weightless))
    )
    assert torch.equal(plain, mixed)


def test_augmentation_does_not_change_the_order():
    plain, augmented = (
        [targets for _, targets, _ in batches().epoch(3, seed=0, augmentation=AUGMENTATIONS[name]())]
        for name in ("none", "flip_crop")
    )
    assert torch.equal(torch.cat(plain), torch.cat(augmented))


def test_order_stays_without_shuffling():
    assert torch.equal(seen(0, shuffle=False), seen(5, shuffle=False))


def test_groups_of_a_class_stand_together_and_each_image_is_there_once():
    labels = torch.tensor([0] * 9 + [1] * 8 + [2] * 3)
    order = draw_order(labels, 4, generator(0, "order", 0))
    assert sorted(order.tolist()) == list(range(20))
    groups = labels[order][:16].view(-1, 4)
    assert (groups == groups[:, :1]).all()
    assert sorted(labels[order][16:].tolist()) == [0, 2, 2, 2]


def test_order_of_groups_follows_the_seed_and_the_epoch():
    labels = torch.arange(40) % 4
    first, same, other = (draw_order(labels, 2, generator(0, "order", epoch)).tolist() for epoch in (0, 0, 1))
    assert first == same != other
