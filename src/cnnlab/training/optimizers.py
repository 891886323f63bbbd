"""Optimizers: parameters, or groups of them, -> torch optimizer; with torch's fused kernels where it has them.

On CUDA no step reads anything on the host, so that a CUDA graph can capture it; `lr` may be a tensor () there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from cnnlab.base.schema import Fraction, NonNegative, Portion, Positive
from cnnlab.training.adagrad import Adagrad
from cnnlab.training.decoupled_sgd import DecoupledSGD
from cnnlab.training.muon import Muon

Group = dict[str, Any]
"""One parameter group as torch takes it: `params`, a list of parameters, and its own options."""

Params = Sequence[Tensor] | Sequence[Group]

FUSED_DEVICES = ("cpu", "cuda")  # device types for which SGD, Adam and AdamW have fused kernels since torch 2.4


def sgd(
    params: Params, *, lr: Positive = 0.1, weight_decay: NonNegative = 0.0, decoupled: bool | None = None
) -> Optimizer:
    """Stochastic gradient descent, w -= lr * g, without momentum."""
    return _descent(params, lr=lr, weight_decay=weight_decay, decoupled=decoupled)


def momentum(
    params: Params,
    *,
    lr: Positive = 0.01,
    momentum: Fraction = 0.9,
    weight_decay: NonNegative = 0.0,
    decoupled: bool | None = None,
) -> Optimizer:
    """Stochastic gradient descent with momentum, v = momentum * v + g, w -= lr * v (Polyak 1964)."""
    return _descent(params, lr=lr, momentum=momentum, weight_decay=weight_decay, decoupled=decoupled)


def nesterov(
    params: Params,
    *,
    lr: Positive = 0.01,
    momentum: Portion = 0.9,
    weight_decay: NonNegative = 0.0,
    decoupled: bool | None = None,
) -> Optimizer:
    """Momentum that looks ahead, v = momentum * v + g, w -= lr * (g + momentum * v) (Sutskever et al. 2013)."""
    return _descent(params, lr=lr, momentum=momentum, nesterov=True, weight_decay=weight_decay, decoupled=decoupled)


def adam(
    params: Params,
    *,
    lr: Positive = 1e-3,
    betas: tuple[Fraction, Fraction] = (0.9, 0.999),
    eps: Positive = 1e-8,
    weight_decay: NonNegative = 0.0,
) -> Optimizer:
    """Adam, weight decay added to the gradient (Kingma and Ba 2015, arXiv:1412.6980)."""
    fused, capturable = _can_fuse(params), _is_on_cuda(params)
    return torch.optim.Adam(
        params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, fused=fused, capturable=capturable
    )


def adamw(
    params: Params,
    *,
    lr: Positive = 1e-3,
    betas: tuple[Fraction, Fraction] = (0.9, 0.999),
    eps: Positive = 1e-8,
    weight_decay: NonNegative = 1e-2,
) -> Optimizer:
    """Adam, weight decay apart from the gradient (Loshchilov and Hutter 2019, arXiv:1711.05101)."""
    fused, capturable = _can_fuse(params), _is_on_cuda(params)
    return torch.optim.AdamW(
        params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, fused=fused, capturable=capturable
    )


def adadelta(
    params: Params,
    *,
    lr: Positive = 1.0,
    rho: Fraction = 0.9,
    eps: Positive = 1e-6,
    weight_decay: NonNegative = 0.0,
) -> Optimizer:
    """Adadelta, which sets its own step sizes (Zeiler 2012, arXiv:1212.5701)."""
    return torch.optim.Adadelta(params, lr=lr, rho=rho, eps=eps, weight_decay=weight_decay, **_in_tensors(params))


def adagrad(
    params: Params, *, lr: Positive = 0.01, eps: Positive = 1e-10, weight_decay: NonNegative = 0.0
) -> Optimizer:
    """Adagrad: steps shrink with the sum of all squared gradients (Duchi et al. 2011)."""
    if _is_on_cuda(params):
        return Adagrad(_groups(params), lr=lr, eps=eps, weight_decay=weight_decay)
    return torch.optim.Adagrad(params, lr=lr, eps=eps, weight_decay=weight_decay)  # needs less memory, so less time


def rmsprop(
    params: Params,
    *,
    lr: Positive = 1e-3,
    alpha: Fraction = 0.99,
    eps: Positive = 1e-8,
    momentum: Fraction = 0.0,
    weight_decay: NonNegative = 0.0,
) -> Optimizer:
    """RMSprop: steps shrink with the running mean of the squared gradients (Tieleman and Hinton 2012)."""
    return torch.optim.RMSprop(
        params, lr=lr, alpha=alpha, eps=eps, momentum=momentum, weight_decay=weight_decay, **_in_tensors(params)
    )


def nadam(
    params: Params,
    *,
    lr: Positive = 1e-3,
    betas: tuple[Fraction, Fraction] = (0.9, 0.999),
    eps: Positive = 1e-8,
    weight_decay: NonNegative = 0.0,
) -> Optimizer:
    """Adam with Nesterov's look ahead (Dozat 2016)."""
    return torch.optim.NAdam(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, **_in_tensors(params))


def radam(
    params: Params,
    *,
    lr: Positive = 1e-3,
    betas: tuple[Fraction, Fraction] = (0.9, 0.999),
    eps: Positive = 1e-8,
    weight_decay: NonNegative = 0.0,
) -> Optimizer:
    """Adam that warms up by itself, while its variance is uncertain (Liu et al. 2020, arXiv:1908.03265)."""
    return torch.optim.RAdam(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, **_in_tensors(params))


def muon(
    params: Params,
    *,
    lr: Positive = 0.01,
    momentum: Fraction = 0.95,
    betas: tuple[Fraction, Fraction] = (0.9, 0.999),
    eps: Positive = 1e-8,
    weight_decay: NonNegative = 1e-2,
) -> Optimizer:
    """Muon: orthogonal steps for matrices and filters (Jordan et al. 2024), AdamW for the rest."""
    return Muon(_groups(params), lr=lr, momentum=momentum, betas=betas, eps=eps, weight_decay=weight_decay)


def _descent(params: Params, *, decoupled: bool | None, **options: Any) -> Optimizer:
    return (DecoupledSGD if decoupled else torch.optim.SGD)(params, fused=_can_fuse(params), **options)


def _groups(params: Params) -> list[Group]:
    groups = [entry for entry in params if isinstance(entry, dict)]
    return groups or [{"params": list(params)}]


def _can_fuse(params: Params) -> bool:
    return all(p.device.type in FUSED_DEVICES and p.is_floating_point() for p in _tensors(params))


def _in_tensors(params: Params) -> dict[str, bool]:
    """Return the options with which torch computes nothing in Python's numbers; where these are fine, none."""
    return {"foreach": True, "capturable": True} if _is_on_cuda(params) else {}


def _is_on_cuda(params: Params) -> bool:
    return all(p.is_cuda for p in _tensors(params))


def _tensors(params: Params) -> Iterator[Tensor]:
    for entry in params:
        if isinstance(entry, Tensor):
            yield entry
        else:
            tensors = entry["params"]
            assert isinstance(tensors, Sequence)
            yield from tensors


OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    "sgd": sgd,
    "momentum": momentum,
    "nesterov": nesterov,
    "adam": adam,
    "adamw": adamw,
    "nadam": nadam,
    "radam": radam,
    "rmsprop": rmsprop,
    "adagrad": adagrad,
    "adadelta": adadelta,
    "muon": muon,
}
