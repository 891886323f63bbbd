"""Muon: orthogonal steps for matrices and filters, AdamW for all other parameters."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

_QUINTIC = (3.4445, -4.7750, 2.0315)  # a * s + b * s^3 + c * s^5 for a singular value s; steep at 0
_ITERATIONS = 5  # after which singular values lie between 0.7 and 1.2


class Muon(Optimizer):
    """Momentum whose steps are orthogonal matrices, or nearly so; nothing of a step is read on the host.

    Jordan et al. 2024, https://kellerjordan.github.io/posts/muon

    m = momentum * m + (1 - momentum) * g
    w = w - lr * weight_decay * w - lr * 0.2 * sqrt(max(rows, columns)) * orthogonal((1 - momentum) * g + momentum * m)

    The factor gives a step the size that AdamW's has, so that one learning rate serves both (Liu et al. 2025,
    arXiv:2502.16982, sec. 2.2). Filters (O, I, h, w) are a matrix of O rows. Parameters of one dimension, biases and
    normalizations, are AdamW's; first layer and classifier are not, which the author leaves to it too. torch has a Muon
    from 2.9 on, which takes nothing but matrices.

    Args:
        groups: as torch takes them; each is parted into matrices and others.
        lr: of both kinds; a number, or a tensor () on the parameters' device.
        momentum: of the matrices.
        betas: of AdamW.
        eps: of AdamW.
        weight_decay: of both kinds.
    """

    def __init__(
        self,
        groups: Iterable[dict[str, Any]],
        *,
        lr: float | Tensor,
        momentum: float,
        betas: tuple[float, float],
        eps: float,
        weight_decay: float,
    ) -> None:
        defaults = {"lr": lr, "momentum": momentum, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        super().__init__(list(_parted(groups)), defaults)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Go on from a state, in which the steps of AdamW may be counted elsewhere: on the CPU, or in a number."""
        super().__setstate__(state)
        for p, own in self.state.items():
            if "step" in own:
                own["step"] = torch.as_tensor(own["step"], dtype=torch.float64, device=p.device)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Change the parameters by one step along their gradients."""
        assert closure is None
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.mul_(1 - group["lr"] * group["weight_decay"])
                    direction = _muon if group["is_matrix"] else _adam
                    p.sub_(group["lr"] * direction(p.grad, self.state[p], group))


def _parted(groups: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for group in groups:
        for is_matrix in (True, False):
            if members := [p for p in group["params"] if (p.ndim > 1) is is_matrix]:
                yield {**group, "params": members, "is_matrix": is_matrix}


def _muon(gradient: Tensor, state: dict[str, Any], group: dict[str, Any]) -> Tensor:
    if not state:
        state["mean"] = torch.zeros_like(gradient)
    mean: Tensor = state["mean"].lerp_(gradient, 1 - group["momentum"])
    matrix = gradient.lerp(mean, group["momentum"]).flatten(1)  # (O, I, h, w) -> (O, I*h*w)
    return 0.2 * math.sqrt(max(matrix.shape)) * orthogonal(matrix).view(gradient.shape)


def _adam(gradient: Tensor, state: dict[str, Any], group: dict[str, Any]) -> Tensor:
    if not state:
        # float64, in which the powers of the betas are what Python makes of them
        step = torch.zeros((), dtype=torch.float64, device=gradient.device)
        state.update(step=step, mean=torch.zeros_like(gradient), square=torch.zeros_like(gradient))
    beta1, beta2 = group["betas"]
    state["step"] += 1
    mean = state["mean"].lerp_(gradient, 1 - beta1) / (1 - beta1 ** state["step"])
    square = state["square"].lerp_(gradient.square(), 1 - beta2) / (1 - beta2 ** state["step"])
    direction: Tensor = mean / (square.sqrt() + group["eps"])
    return direction


def orthogonal(matrix: Tensor) -> Tensor:
    """Bring all singular values near 1, by Newton and Schulz's iteration in bf16, as torch.optim.Muon does.

    Shape:
        (R, C) -> (R, C) float32.
    """
    a, b, c = _QUINTIC
    is_tall = matrix.shape[0] > matrix.shape[1]
    x = (matrix.T if is_tall else matrix).bfloat16()
    x = x / x.norm().clamp_min(1e-7)  # no singular value is over the norm
    for _ in range(_ITERATIONS):
        gram = x @ x.T
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return (x.T if is_tall else x).float().contiguous()
