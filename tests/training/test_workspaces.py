"""What both workspaces do alike; that they come to the same is in test_stepping."""

import pytest
import torch
from torch import nn

from cnnlab.data.batches import Piece
from cnnlab.training.device_workspace import DeviceWorkspace
from cnnlab.training.step import Step
from cnnlab.training.workspaces import HostWorkspace, dominant

IMAGES, TARGETS = torch.arange(20.0).view(5, 1, 2, 2), torch.tensor([0, 1, 2, 0, 1])


def workspace(kind, num_steps):
    """Return a workspace and its optimizer, of two groups."""
    groups = [{"params": [nn.Parameter(torch.zeros(1))], "lr": lr} for lr in (0.5, 0.25)]
    optimizer = torch.optim.SGD(groups)
    own = (
        DeviceWorkspace(optimizer, num_steps, torch.device("cpu"))
        if kind == "device"
        else HostWorkspace(optimizer, num_steps)
    )
    return own, optimizer


def steps(own, sizes):
    """Take steps of these sizes that answer class 0; yield images, targets and learning rates of each."""
    for place, size in enumerate(sizes, 1):
        step = Step(None, own, size, place == own.num_steps)
        images, targets = own.take(step)
        yield images, targets, [float(group["lr"]) for group in own.optimizer.param_groups]
        own.write(step, torch.tensor([[1.0, 0.0, 0.0]]).expand(size, 3), torch.tensor(float(place)))


@pytest.mark.parametrize("kind", ["host", "device"])
def test_steps_find_the_next_images_and_rates_and_leave_their_figures(kind):
    own, optimizer = workspace(kind, 3)
    for _ in range(2):  # epochs
        own.begin([1.0, 0.5, 0.25])
        own.put(Piece(IMAGES[:4], TARGETS[:4], (2, 2)))
        first, second = steps(own, (2, 2))
        own.count()
        own.put(Piece(IMAGES[4:], TARGETS[4:], (1,)))
        step = Step(None, own, 1, True)
        images, targets = own.take(step)
        assert (images.tolist(), targets.tolist()) == (IMAGES[4:].tolist(), [1])
        own.write_gradients(torch.ones(2, 3))
        own.write(step, torch.tensor([[0.0, 1.0, 0.0]]), torch.tensor(3.0))
        own.count()
        own.end()
        assert (first[1].tolist(), second[1].tolist()) == ([0, 1], [2, 0])
        assert (first[2], second[2]) == ([0.5, 0.25], [0.25, 0.125])
        figures = own.figures()
        assert (list(figures.losses), figures.num_correct) == ([1.0, 2.0, 3.0], 3)
        assert figures.gradients == [[1.0] * 3] * 2
        assert [group["lr"] for group in optimizer.param_groups] == [0.125, 0.0625]
        assert all(type(group["lr"]) is float for group in optimizer.param_groups)


def test_dominant_class_is_the_likeliest_and_of_equal_ones_the_first():
    assert dominant(torch.tensor([[0.2, 0.5, 0.3], [0.5, 0.0, 0.5]])).tolist() == [1, 0]
    assert dominant(torch.tensor([2, 1])).tolist() == [2, 1]
