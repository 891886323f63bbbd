"""Adagrad for a step that reads nothing on the host: torch's asks for its count and for the learning rate."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer


class Adagrad(Optimizer):
    """Steps that shrink with the sum of all squared gradients; torch's, in a few launches for all parameters.

    s = s + g * g,  w = w - lr * g / (sqrt(s) + eps)

    Duchi et al. 2011, "Adaptive subgradient methods for online learning and stochastic optimization"

    Args:
        groups: as torch takes them.
        lr: a number, or a tensor () on the parameters' device.
        eps: added to the root.
        weight_decay: times w, is added to g.
    """

    def __init__(
        self, groups: Iterable[dict[str, Any]], *, lr: float | Tensor, eps: float, weight_decay: float
    ) -> None:
        super().__init__(groups, {"lr": lr, "eps": eps, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Change the parameters by one step along their gradients."""
        assert closure is None
        for group in self.param_groups:
            params = [p for p in group["params"] if p.grad is not None]
            gradients = [p.grad for p in params]
            if group["weight_decay"]:
                gradients = list(torch._foreach_add(gradients, params, alpha=group["weight_decay"]))
            sums = [self._sum(p) for p in params]
            torch._foreach_addcmul_(sums, gradients, gradients)
            roots = torch._foreach_sqrt(sums)
            torch._foreach_add_(roots, group["eps"])
            torch._foreach_addcdiv_(params, torch._foreach_mul(gradients, group["lr"]), roots, value=-1)

    def _sum(self, p: Tensor) -> Tensor:
        state = self.state[p]
        if not state:
            state["sum"] = torch.zeros_like(p)
        squares: Tensor = state["sum"]
        return squares
