"""Adagrad: torch's own as reference, to the bit."""

import pytest
import torch
from torch import nn

from cnnlab.training.adagrad import Adagrad


def parameters():
    g = torch.Generator().manual_seed(0)
    shapes = [(7, 5, 3, 3), (17, 33), (1001,), (3,), (1,)]
    chosen = [nn.Parameter(torch.randn(shape, generator=g)) for shape in shapes]
    chosen[0].data = chosen[0].data.contiguous(memory_format=torch.channels_last)
    return chosen


@pytest.mark.parametrize("weight_decay", [0.0, 0.01])
@pytest.mark.parametrize("eps", [1e-10, 1e-3])
def test_adagrad_steps_as_torchs_to_the_bit(eps, weight_decay):
    ours, torchs = parameters(), parameters()
    optimizer = Adagrad([{"params": ours}], lr=0.1, eps=eps, weight_decay=weight_decay)
    reference = torch.optim.Adagrad(torchs, lr=0.1, eps=eps, weight_decay=weight_decay, foreach=False)
    g = torch.Generator().manual_seed(1)
    for step in range(50):
        for own, its in zip(ours, torchs):
            its.grad = torch.randn(its.shape, generator=g) * 10.0 ** (step % 9 - 5)
            own.grad = its.grad.clone()
        for each in (optimizer, reference):
            each.param_groups[0]["lr"] = 0.1 * (1 - step / 60)
            each.step()
        assert all(torch.equal(own, its) for own, its in zip(ours, torchs)), step


def test_learning_rate_in_a_tensor_is_that_in_a_number():
    by_number, by_tensor = parameters(), parameters()
    for params, lr in ((by_number, 0.25), (by_tensor, torch.tensor(0.25))):
        for p in params:
            p.grad = torch.ones_like(p)
        Adagrad([{"params": params}], lr=lr, eps=1e-10, weight_decay=0.0).step()
    assert all(torch.equal(one, other) for one, other in zip(by_number, by_tensor))


def test_parameter_without_a_gradient_stays_what_it_was():
    first, second = parameters()[:2]
    before = second.detach().clone()
    first.grad = torch.ones_like(first)
    optimizer = Adagrad([{"params": [first, second]}], lr=0.1, eps=1e-10, weight_decay=0.1)
    optimizer.step()
    assert torch.equal(second, before)
    assert second not in optimizer.state
