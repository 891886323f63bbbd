"""Activations, which sit between the layers of every model. None works in place: what a hook saw stays what it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from torch import nn

from cnnlab.base.schema import NonNegative, Positive


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


def prelu(*, initial_slope: NonNegative = 0.25) -> nn.Module:
    """Leaky ReLU that learns its slope, one for all channels of a layer (He et al. 2015, arXiv:1502.01852)."""
    return nn.PReLU(init=initial_slope)


def elu(*, alpha: Positive = 1.0) -> nn.Module:
    """Exponential linear unit: x for x > 0, else alpha * (exp(x) - 1) (Clevert et al. 2015, arXiv:1511.07289)."""
    return nn.ELU(alpha)


def selu() -> nn.Module:
    """ELU scaled so that mean 0 and variance 1 stay what they are (Klambauer et al. 2017, arXiv:1706.02515)."""
    return nn.SELU()


def silu() -> nn.Module:
    """Sigmoid linear unit or swish, x * sigmoid(x) (Ramachandran et al. 2017, arXiv:1710.05941)."""
    return nn.SiLU()


def hardswish() -> nn.Module:
    """SiLU in straight lines, x * min(max(0, x + 3), 6) / 6 (Howard et al. 2019, arXiv:1905.02244)."""
    return nn.Hardswish()


def mish() -> nn.Module:
    """Mish, x * tanh(softplus(x)) (Misra 2019, arXiv:1908.08681)."""
    return nn.Mish()


def softplus(*, beta: Positive = 1.0) -> nn.Module:
    """Smooth ReLU, log(1 + exp(beta * x)) / beta (Dugas et al. 2000)."""
    return nn.Softplus(beta)


ACTIVATIONS: dict[str, Callable[..., nn.Module]] = {
    "identity": identity,
    "relu": relu,
    "leaky_relu": leaky_relu,
    "prelu": prelu,
    "tanh": tanh,
    "sigmoid": sigmoid,
    "gelu": gelu,
    "elu": elu,
    "selu": selu,
    "silu": silu,
    "hardswish": hardswish,
    "mish": mish,
    "softplus": softplus,
}
