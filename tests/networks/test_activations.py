"""Activations: the contract of the table, then exact values."""

import math

import pytest
import torch

from cnnlab.networks.activations import (
    ACTIVATIONS,
    elu,
    gelu,
    hardswish,
    identity,
    leaky_relu,
    mish,
    prelu,
    relu,
    selu,
    sigmoid,
    silu,
    softplus,
    tanh,
)
from tests.host_traffic import CUDA, NoHostTraffic, fake_cuda


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (2, 6)])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_keeps_shape_and_dtype(name, shape, dtype):
    y = ACTIVATIONS[name]().to(dtype)(torch.randn(shape).to(dtype))
    assert (y.shape, y.dtype) == (shape, dtype)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_moves_nothing_between_host_and_device(name):
    with fake_cuda():
        with CUDA:
            activation, x = ACTIVATIONS[name](), torch.zeros(2, 6)
        with NoHostTraffic():
            activation(x)
    y = ACTIVATIONS[name]()(torch.randn(2, 6, requires_grad=True))
    with NoHostTraffic():
        y.sum().backward()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_leaves_its_input_as_it_was(name):
    x = torch.tensor([-2.0, 0.0, 2.0])
    ACTIVATIONS[name]()(x)
    assert x.tolist() == [-2.0, 0.0, 2.0]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_only_prelu_has_parameters(name):
    assert [p.tolist() for p in ACTIVATIONS[name]().parameters()] == ([[0.25]] if name == "prelu" else [])


@pytest.mark.parametrize(
    ("activation", "values"),  # at -1, 0, 1
    [
        (identity(), [-1.0, 0.0, 1.0]),
        (relu(), [0.0, 0.0, 1.0]),
        (leaky_relu(), [-0.01, 0.0, 1.0]),
        (leaky_relu(negative_slope=0.5), [-0.5, 0.0, 1.0]),
        (tanh(), [-0.7615942, 0.0, 0.7615942]),
        (sigmoid(), [1 / (1 + math.e), 0.5, 1 / (1 + 1 / math.e)]),
        (gelu(), [-0.1586553, 0.0, 0.8413447]),
        (gelu(approximate="tanh"), [-0.1588080, 0.0, 0.8411920]),
        (prelu(initial_slope=0.5), [-0.5, 0.0, 1.0]),
        (elu(), [1 / math.e - 1, 0.0, 1.0]),
        (elu(alpha=2.0), [2 / math.e - 2, 0.0, 1.0]),
        (selu(), [1.0507010 * 1.6732632 * (1 / math.e - 1), 0.0, 1.0507010]),
        (silu(), [-1 / (1 + math.e), 0.0, 1 / (1 + 1 / math.e)]),
        (hardswish(), [-1 / 3, 0.0, 2 / 3]),
        (mish(), [-math.tanh(math.log(1 + 1 / math.e)), 0.0, math.tanh(math.log(1 + math.e))]),
        (softplus(), [math.log(1 + 1 / math.e), math.log(2), math.log(1 + math.e)]),
        (softplus(beta=2.0), [math.log(1 + math.exp(-2)) / 2, math.log(2) / 2, math.log(1 + math.exp(2)) / 2]),
    ],
)
def test_activation_has_these_values(activation, values):
    y = activation(torch.tensor([-1.0, 0.0, 1.0])).detach()
    torch.testing.assert_close(y, torch.tensor(values), atol=1e-6, rtol=0)
