"""Muon: torch's own, which takes nothing but matrices, as reference; what its steps are made of."""

import copy

import pytest
import torch
from torch import nn

from cnnlab.training.muon import Muon, orthogonal


def convolution(memory_format=torch.contiguous_format):
    torch.manual_seed(0)
    return nn.Conv2d(5, 7, 3).to(memory_format=memory_format)


@pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="torch has it from 2.9 on")
@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_muon_steps_filters_as_torchs_steps_matrices_and_the_rest_as_adamw(memory_format):
    options = {"lr": 0.1, "weight_decay": 0.1}
    ours, plain = convolution(memory_format), convolution()
    matrix = nn.Parameter(plain.weight.detach().flatten(1).clone())
    optimizer = Muon([{"params": list(ours.parameters())}], momentum=0.8, betas=(0.8, 0.99), eps=1e-8, **options)
    filters = torch.optim.Muon([matrix], momentum=0.8, adjust_lr_fn="match_rms_adamw", **options)
    rest = torch.optim.AdamW([plain.bias], betas=(0.8, 0.99), **options)
    g = torch.Generator().manual_seed(0)
    for _ in range(5):
        matrix.grad, plain.bias.grad = (torch.randn(p.shape, generator=g) for p in (matrix, plain.bias))
        ours.weight.grad = torch.empty_like(ours.weight).copy_(matrix.grad.view(ours.weight.shape))
        ours.bias.grad = plain.bias.grad.clone()
        for each in (optimizer, filters, rest):
            each.step()
    torch.testing.assert_close(ours.weight.flatten(1), matrix, atol=1e-3, rtol=0)  # bf16: 0.4 % of steps of 0.1
    torch.testing.assert_close(ours.bias, plain.bias, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("shape", [(8, 20), (20, 8), (8, 8)])
def test_orthogonal_brings_singular_values_near_one(shape):
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    u, _, v = torch.linalg.svd(matrix, full_matrices=False)
    values = torch.linalg.svdvals(orthogonal(matrix))
    assert 0.6 < float(values.min()) < float(values.max()) < 1.3
    assert float((orthogonal(matrix) - u @ v).norm() / (u @ v).norm()) < 0.35


def test_muon_parts_each_group_into_matrices_and_others():
    module = convolution()
    groups = [{"params": list(module.parameters()), "lr": 0.25}]
    optimizer = Muon(groups, lr=0.1, momentum=0.9, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0)
    assert [(group["lr"], group["is_matrix"], len(group["params"])) for group in optimizer.param_groups] == [
        (0.25, True, 1), (0.25, False, 1),
    ]  # fmt: skip


def on_vector(**options):
    """Return a vector of parameters, and the optimizer that steps it as AdamW does."""
    w = nn.Parameter(torch.randn(13, generator=torch.Generator().manual_seed(0)))
    chosen = {"lr": 0.01, "momentum": 0.9, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.1} | options
    return w, Muon([{"params": [w]}], **chosen)


def go_on(w, optimizer, steps):
    for step in steps:
        w.grad = torch.randn(13, generator=torch.Generator().manual_seed(step))
        optimizer.step()


def test_steps_are_counted_in_a_tensor_with_the_bits_of_pythons_numbers():
    w, optimizer = on_vector()
    expected = w.detach().clone()
    mean, square = torch.zeros(13), torch.zeros(13)
    for step in range(1, 201):
        go_on(w, optimizer, [step])
        mean.lerp_(w.grad, 1 - 0.9)
        square.lerp_(w.grad.square(), 1 - 0.999)
        expected.mul_(1 - 0.01 * 0.1)
        expected.sub_(0.01 * (mean / (1 - 0.9**step) / ((square / (1 - 0.999**step)).sqrt() + 1e-8)))
    assert torch.equal(w, expected)


def test_state_whose_steps_are_counted_in_a_number_goes_on():
    straight, optimizer = on_vector()
    go_on(straight, optimizer, range(3))
    resumed, restored = on_vector()
    resumed.data.copy_(straight)
    state = copy.deepcopy(optimizer.state_dict())
    state["state"][0]["step"] = int(state["state"][0]["step"])
    restored.load_state_dict(state)
    go_on(straight, optimizer, range(3, 6))
    go_on(resumed, restored, range(3, 6))
    assert torch.equal(straight, resumed)


def test_learning_rate_in_a_tensor_is_that_in_a_number():
    (w, by_number), (same, by_tensor) = on_vector(lr=0.25), on_vector(lr=torch.tensor(0.25))
    go_on(w, by_number, range(3))
    go_on(same, by_tensor, range(3))
    torch.testing.assert_close(w, same, atol=1e-6, rtol=0)
