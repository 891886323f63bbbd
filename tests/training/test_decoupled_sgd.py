import pytest
import torch
from torch import nn

from cnnlab.training.optimizers import momentum, nesterov, sgd


@pytest.mark.parametrize("factory", [sgd, momentum, nesterov])
def test_decoupled_decay_is_no_part_of_the_gradient_nor_of_its_mean(factory):
    w = nn.Parameter(torch.tensor([1.0]))
    unlearnt = nn.Parameter(torch.tensor([1.0]))
    optimizer = factory([w, unlearnt], lr=0.1, weight_decay=0.5, decoupled=True)
    for _ in range(2):
        w.grad = torch.tensor([0.0])
        optimizer.step()
    assert (w.item(), unlearnt.item()) == (pytest.approx((1 - 0.1 * 0.5) ** 2), 1.0)
    w = nn.Parameter(torch.tensor([1.0]))
    w.grad = torch.tensor([2.0])
    sgd([w], lr=0.1, weight_decay=0.5, decoupled=True).step()
    assert w.item() == pytest.approx(0.95 - 0.1 * 2.0)
