"""SGD, with or without momentum, whose weight decay is no part of the gradient."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from torch.optim import SGD


class DecoupledSGD(SGD):
    """w = (1 - lr * decay) * w, then a step of SGD along the gradient alone.

    Loshchilov and Hutter 2019, arXiv:1711.05101, SGDW. In torch's SGD the decay is added to the gradient, so that
    momentum carries it on: at equal figures it decays 1 / (1 - momentum) times as much.

    Args:
        params: or groups of them.
        weight_decay: the decay; torch's own, `weight_decay` of the groups, is 0.
        options: of torch's SGD.
    """

    def __init__(self, params: Iterable[Tensor] | Iterable[dict[str, Any]], *, weight_decay: float, **options: Any):
        super().__init__(params, **options)
        for group in self.param_groups:
            group["decay"] = weight_decay

    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Let the weights decay, and take one step."""
        assert closure is None
        with torch.no_grad():
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is not None:
                        p.mul_(1 - group["lr"] * group["decay"])
        super().step()
