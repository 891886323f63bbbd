"""Optimizers: the contract of the table, then single steps worked by hand and torch's plain loops as reference."""

import copy
import math

import pytest
import torch
from torch import nn

from cnnlab.training.optimizers import (
    OPTIMIZERS,
    adadelta,
    adagrad,
    adam,
    adamw,
    momentum,
    nesterov,
    rmsprop,
    sgd,
)
from tests.host_traffic import CUDA, NoHostTraffic, fake_cuda

PLAIN = {  # the same methods in torch's plain loops, at other than default values
    "sgd": (torch.optim.SGD, {"lr": 0.1, "weight_decay": 0.01}),
    "momentum": (torch.optim.SGD, {"lr": 0.1, "momentum": 0.8, "weight_decay": 0.01}),
    "adam": (torch.optim.Adam, {"lr": 0.1, "betas": (0.8, 0.99), "eps": 1e-7, "weight_decay": 0.01}),
    "adamw": (torch.optim.AdamW, {"lr": 0.1, "betas": (0.8, 0.99), "eps": 1e-7, "weight_decay": 0.1}),
    "nesterov": (torch.optim.SGD, {"lr": 0.1, "momentum": 0.8, "nesterov": True, "weight_decay": 0.01}),
    "nadam": (torch.optim.NAdam, {"lr": 0.1, "betas": (0.8, 0.99), "eps": 1e-7, "weight_decay": 0.01}),
    "radam": (torch.optim.RAdam, {"lr": 0.1, "betas": (0.8, 0.99), "eps": 1e-7, "weight_decay": 0.01}),
    "rmsprop": (
        torch.optim.RMSprop,
        {"lr": 0.1, "alpha": 0.9, "eps": 1e-7, "momentum": 0.5, "weight_decay": 0.01},
    ),
    "adagrad": (torch.optim.Adagrad, {"lr": 0.1, "eps": 1e-7, "weight_decay": 0.01}),
    "adadelta": (torch.optim.Adadelta, {"lr": 0.5, "rho": 0.8, "eps": 1e-5, "weight_decay": 0.01}),
}

FUSED = ("sgd", "momentum", "nesterov", "adam", "adamw")


def train(module, optimizer, steps):
    """Do `steps` on the module's mean squared output."""
    images = torch.linspace(-1, 1, 4 * 5 * 6 * 6).reshape(4, 5, 6, 6)
    for _ in range(steps):
        optimizer.zero_grad()
        module(images).square().mean().backward()
        optimizer.step()


def convolution(memory_format=torch.contiguous_format):
    torch.manual_seed(0)
    return nn.Conv2d(5, 7, 3).to(memory_format=memory_format)


def step_from(value, gradient, factory, **options):
    """Return `value` after one step with this gradient."""
    w = nn.Parameter(torch.tensor([value]))
    optimizer = factory([w], **options)
    w.grad = torch.tensor([gradient])
    optimizer.step()
    return w.item()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizer_lowers_a_quadratic(name):
    w = nn.Parameter(torch.tensor([1.0, -1.0]))
    optimizer = OPTIMIZERS[name]([w])
    for _ in range(20):
        optimizer.zero_grad()
        w.square().sum().backward()
        optimizer.step()
    assert w.square().sum() < 2.0


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("name", PLAIN)
def test_optimizer_steps_as_torchs_plain_loop(name, memory_format):
    assert PLAIN.keys() | {"muon"} == OPTIMIZERS.keys()
    kind, options = PLAIN[name]
    given = {key: value for key, value in options.items() if key != "nesterov"}
    ours, plain = convolution(memory_format), convolution()
    train(ours, OPTIMIZERS[name](list(ours.parameters()), **given), 5)
    fused = {"fused": False} if name in FUSED else {}
    train(plain, kind(plain.parameters(), foreach=False, **fused, **options), 5)
    torch.testing.assert_close(ours.weight, plain.weight, atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(ours.bias, plain.bias, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_equal_seeds_give_equal_bits(name):
    first, second = convolution(), convolution()
    for module in (first, second):
        train(module, OPTIMIZERS[name](list(module.parameters())), 5)
    assert torch.equal(first.weight, second.weight)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_restored_state_goes_on_with_equal_bits(name):
    straight = convolution(torch.channels_last)
    optimizer = OPTIMIZERS[name](list(straight.parameters()))
    train(straight, optimizer, 3)
    resumed = copy.deepcopy(straight)
    restored = OPTIMIZERS[name](list(resumed.parameters()))
    restored.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    train(straight, optimizer, 3)
    train(resumed, restored, 3)
    assert torch.equal(straight.weight, resumed.weight)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizer_takes_groups_with_their_own_learning_rate(name):
    module = convolution()
    optimizer = OPTIMIZERS[name]([{"params": [module.weight], "lr": 0.25}, {"params": [module.bias]}], lr=0.5)
    assert [group["lr"] for group in optimizer.param_groups] == [0.25, 0.5]


@pytest.mark.parametrize(("name", "is_fused"), [(name, name in FUSED) for name in OPTIMIZERS])
def test_optimizer_is_fused_where_torch_has_it(name, is_fused):
    groups = [{"params": list(convolution().parameters())}]
    assert bool(OPTIMIZERS[name](groups).defaults.get("fused")) is is_fused


def test_optimizer_is_not_fused_on_other_devices():
    assert not sgd([nn.Parameter(torch.empty(1, device="meta"))]).defaults["fused"]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_step_on_cuda_reads_nothing_on_the_host_not_even_the_learning_rate(name):
    with fake_cuda():
        with CUDA:
            module = nn.Conv2d(5, 7, 3)
        optimizer = OPTIMIZERS[name](list(module.parameters()), weight_decay=0.1)
        for group in optimizer.param_groups:
            group["lr"] = torch.full((), group["lr"], device=CUDA)
        for p in module.parameters():
            p.grad = torch.zeros_like(p)
        with NoHostTraffic():
            optimizer.step()
            optimizer.step()
        assert all(value.is_cuda for own in optimizer.state.values() for value in own.values())
        assert all(group.get("capturable", True) for group in optimizer.param_groups)  # else Adam refuses a capture


def test_sgd_subtracts_lr_times_gradient():
    assert step_from(1.0, 2.0, sgd, lr=0.1) == pytest.approx(1.0 - 0.1 * 2.0)


def test_sgd_adds_the_decay_to_the_gradient():
    assert step_from(1.0, 2.0, sgd, lr=0.1, weight_decay=0.5) == pytest.approx(1.0 - 0.1 * (2.0 + 0.5 * 1.0))


def test_momentum_adds_nine_tenths_of_the_step_before():
    w = nn.Parameter(torch.tensor([1.0]))
    optimizer = momentum([w], lr=0.1)
    for _ in range(2):
        w.grad = torch.tensor([2.0])
        optimizer.step()
    assert w.item() == pytest.approx(1.0 - 0.1 * 2.0 - 0.1 * (0.9 * 2.0 + 2.0))


@pytest.mark.parametrize("factory", [adam, adamw])
def test_adams_first_step_is_lr_whatever_the_gradients_size(factory):
    assert step_from(1.0, 200.0, factory, lr=0.1, weight_decay=0.0) == pytest.approx(0.9)


def test_adam_puts_the_decay_into_the_gradient_where_its_size_is_lost():
    assert step_from(1.0, 2.0, adam, lr=0.1, weight_decay=0.5) == pytest.approx(0.9)


def test_adamw_keeps_the_decay_apart():
    assert step_from(1.0, 2.0, adamw, lr=0.1, weight_decay=0.5) == pytest.approx((1 - 0.1 * 0.5) * 1.0 - 0.1)


def test_adadeltas_first_step_is_set_by_eps():
    mean_square = (1 - 0.9) * 2.0**2
    step = math.sqrt(1e-6) / math.sqrt(mean_square + 1e-6) * 2.0
    assert step_from(1.0, 2.0, adadelta) == pytest.approx(1.0 - step, abs=1e-6)


def test_nesterov_looks_ahead():
    assert step_from(1.0, 2.0, nesterov, lr=0.1, momentum=0.5) == pytest.approx(1.0 - 0.1 * (2.0 + 0.5 * 2.0))


def test_adagrads_step_shrinks_with_the_sum_of_squares():
    w = nn.Parameter(torch.tensor([1.0]))
    optimizer = adagrad([w], lr=0.1)
    for _ in range(2):
        w.grad = torch.tensor([2.0])
        optimizer.step()
    assert w.item() == pytest.approx(1.0 - 0.1 - 0.1 / math.sqrt(2))


def test_rmsprops_first_step_is_ten_times_lr():
    assert step_from(1.0, 2.0, rmsprop, lr=0.01) == pytest.approx(1.0 - 0.01 / math.sqrt(1 - 0.99), abs=1e-6)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizer_steps_on_cuda_as_on_the_cpu(name):
    ours, plain = convolution(torch.channels_last).cuda(), convolution()
    optimizer = OPTIMIZERS[name](list(ours.parameters()))
    reference = OPTIMIZERS[name](list(plain.parameters()))
    for _ in range(3):
        for gpu, cpu in zip(ours.parameters(), plain.parameters()):
            cpu.grad = torch.linspace(-1, 1, cpu.numel()).reshape(cpu.shape)
            gpu.grad = torch.empty_like(gpu).copy_(cpu.grad)
        optimizer.step()
        reference.step()
    atol = 1e-4 if name == "muon" else 1e-6  # muon's products are in bf16
    torch.testing.assert_close(ours.weight.cpu(), plain.weight, atol=atol, rtol=1e-5, check_stride=False)
