"""Activations: the contract of the table, then exact values."""

import math

import pytest
import torch

from cnnlab.activations import ACTIVATIONS, gelu, identity, leaky_relu, relu, sigmoid, tanh


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (2, 6)])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_keeps_shape_and_dtype(name, shape, dtype):
    y = ACTIVATIONS[name]()(torch.randn(shape).to(dtype))
    assert (y.shape, y.dtype) == (shape, dtype)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_leaves_its_input_as_it_was(name):
    x = torch.tensor([-2.0, 0.0, 2.0])
    ACTIVATIONS[name]()(x)
    assert x.tolist() == [-2.0, 0.0, 2.0]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_has_no_parameters(name):
    assert list(ACTIVATIONS[name]().parameters()) == []


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
    ],
)
def test_activation_has_these_values(activation, values):
    torch.testing.assert_close(activation(torch.tensor([-1.0, 0.0, 1.0])), torch.tensor(values), atol=1e-6, rtol=0)
