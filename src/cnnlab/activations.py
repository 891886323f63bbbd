"""Activations, which sit between the layers of every model. None works in place: what a hook saw stays what it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from torch import nn

from cnnlab.schema import NonNegative


def identity() -> nn.Module:
    """No activation, x: the network stays linear but for pooling and normalization."""
    return nn.Identity()


def relu() -> nn.Module:
    """Rectified linear unit, max(0, x)."""
    return nn.ReLU()


def leaky_relu(*, negative_slope: NonNegative = 0.01) -> nn.Module:
    """Leaky ReLU: x for x > 0, else negative_slope * x (Maas et al. 2013)."""
    return nn.LeakyReLU(negative_slope)


def tanh() -> nn.Module:
    """Hyperbolic tangent, into (-1, 1)."""
    return nn.Tanh()


def sigmoid() -> nn.Module:
    """Logistic function 1 / (1 + exp(-x)), into (0, 1)."""
    return nn.Sigmoid()


def gelu(*, approximate: Literal["none", "tanh"] = "none") -> nn.Module:
    """Gaussian error linear unit, x * P(X <= x) for standard normal X (Hendrycks and Gimpel 2016, arXiv:1606.08415)."""
    return nn.GELU(approximate=approximate)


ACTIVATIONS: dict[str, Callable[..., nn.Module]] = {
    "identity": identity,
    "relu": relu,
    "leaky_relu": leaky_relu,
    "tanh": tanh,
    "sigmoid": sigmoid,
    "gelu": gelu,
}
