"""The one epoch of a head that is solved at once."""

import torch
from torch import nn

from cnnlab.data.batches import Batches
from cnnlab.data.stores import whole
from cnnlab.networks.transfer.solved_heads import NearestNeighbours
from cnnlab.training.evaluation import evaluate
from cnnlab.training.solving import solve


def batches(num_images, seed):
    features = torch.randn(num_images, 4, generator=torch.Generator().manual_seed(seed))
    split = whole("features", features, torch.arange(num_images) % 3)
    return Batches(split, 4, prepare=lambda rows: rows, device=torch.device("cpu"))


def test_figures_of_its_record_are_those_of_the_head_on_each_split():
    head, loss_fn = NearestNeighbours(3, k=1, metric="euclidean"), nn.CrossEntropyLoss()
    train, val = batches(12, seed=0), batches(9, seed=1)
    (record,) = solve(head, train, loss_fn=loss_fn, seed=0, val=val)
    assert (record.epoch, record.train.accuracy, record.test) == (1, 1.0, None)  # each image is nearest to itself
    assert record.val == evaluate(head, val.in_order(), loss_fn=loss_fn)


def test_head_that_was_solved_before_is_not_solved_again():
    head = NearestNeighbours(3, k=1, metric="euclidean")
    assert list(solve(head, batches(12, seed=0), loss_fn=nn.CrossEntropyLoss(), seed=0, epochs_done=1)) == []
    assert len(head.features) == 0
