import pytest
import torch
from torch import nn

from cnnlab.data.batches import Piece
from cnnlab.training.progressive import Freezing, Growth, layers_that_learn


@pytest.mark.parametrize(
    ("epoch", "size"),
    [(0, 16), (1, 20), (2, 24), (4, 28), (6, 32), (7, 32)],  # 16 + 16 * epoch / 6, up to a multiple of 4
)
def test_images_grow_in_a_straight_line_for_three_quarters_of_the_training(epoch, size):
    assert Growth(start=0.5, epochs=8).size(epoch, 32) == size


@pytest.mark.parametrize(("start", "epochs", "whole", "size"), [(0.1, 2, 30, 4), (1.0, 5, 30, 30), (0.9, 2, 30, 28)])
def test_first_size_is_the_part_asked_for_and_never_over_the_whole(start, epochs, whole, size):
    assert Growth(start, epochs).size(0, whole) == size


@pytest.mark.parametrize("epochs", [1, 2, 3])
def test_last_epoch_has_whole_images_however_few_there_are(epochs):
    assert Growth(0.5, epochs).size(epochs - 1, 32) == 32


def test_pixels_of_smaller_images_are_means_and_targets_stay():
    images = torch.arange(2 * 64.0).reshape(2, 1, 8, 8)
    (small,) = Growth(0.5, 2).shrink([Piece(images, torch.tensor([3, 4]), (2,))], 0)
    assert torch.equal(small.images, nn.functional.avg_pool2d(images, 2))
    assert (small.targets.tolist(), small.sizes) == ([3, 4], (2,))
    (whole,) = Growth(0.5, 2).shrink([small], 1)
    assert whole.images is small.images


def network():
    return nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2), nn.ReLU(), nn.Linear(2, 2), nn.Linear(2, 2))


@pytest.mark.parametrize(
    ("epoch", "frozen"),
    [
        (3, []),
        (4, [0]),
        (5, [0, 1]),
        (6, [0, 1, 3]),
        (7, [0, 1, 3]),
    ],  # the last one would be next
)
def test_layers_freeze_one_after_another_but_the_last(epoch, frozen):
    model = network()
    Freezing(layers_that_learn(model), 0.5, 8).begin(epoch)
    assert [
        place for place, layer in enumerate(model) if not all(p.requires_grad for p in layer.parameters())
    ] == frozen
    assert [place for place, layer in enumerate(model) if not layer.training] == frozen


def test_it_tells_whether_more_is_frozen_than_before():
    freezing = Freezing(layers_that_learn(network()), 0.5, 4)
    assert [freezing.begin(epoch) for epoch in range(4)] == [False, False, True, True]


def test_layers_that_do_not_learn_at_first_are_none_of_them():
    model = network()
    model[0].requires_grad_(False)
    assert [layer.module for layer in layers_that_learn(model)] == [model[1], model[3], model[4]]
