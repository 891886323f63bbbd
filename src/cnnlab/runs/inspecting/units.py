"""Units that stand still: dead and saturated ones behind each activation of a network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

SATURATED = 0.95
"""Of the way from the middle to the end of what tanh gives; sigmoid likewise, 0.05 and 0.95."""


@dataclass(frozen=True)
class LayerUnits:
    """How many units behind one activation stand still: it gives them no gradient, or hardly any.

    A value stands still where the activation is flat: 0 behind relu and hardswish, 0 or 6 behind relu6, beyond -0.95
    or 0.95 behind tanh, below 0.05 or above 0.95 behind sigmoid. A unit is a channel of maps or a feature of a vector.
    """

    name: str
    activation: str
    """Name of the module's class, in small letters."""
    units: int
    stuck: int
    """Units of which every value stands still, of all images and at all places: dead behind relu, else saturated."""
    share: float
    """Of all values, those that stand still, in [0, 1]."""


@dataclass
class _Count:
    still: Tensor
    """(C,) int64"""
    values: int
    """Of each unit."""


@dataclass
class Tally:
    """What was counted so far."""

    activations: dict[str, str] = field(default_factory=dict)
    """Of each name, the activation."""
    counts: dict[str, _Count] = field(default_factory=dict)
    calls: Counter[nn.Module] = field(default_factory=Counter)
    """Of the pass that goes on."""

    def begin_pass(self) -> None:
        """Say that other images come."""
        self.calls.clear()

    def add(self, name: str, module: nn.Module, output: Tensor) -> None:
        """Count the values that stand still, (N, C, ...) or tokens (N, T, C)."""
        still = FLAT[type(module)](output)
        axis = 1 if still.ndim in (2, 4) else still.ndim - 1
        others = [d for d in range(still.ndim) if d != axis]
        count = self.counts.setdefault(name, _Count(torch.zeros_like(still.sum(others)), 0))
        count.still += still.sum(others)
        count.values += still.numel() // still.shape[axis]
        self.activations[name] = type(module).__name__.lower()

    def layers(self) -> list[LayerUnits]:
        """Return the figures of every activation, in the order of computation."""
        return [
            LayerUnits(
                name, self.activations[name], len(count.still), int((count.still == count.values).sum()),
                float(count.still.sum()) / (count.values * len(count.still)),
            )
            for name, count in self.counts.items()
        ]  # fmt: skip


@contextmanager
def counting(network: nn.Module) -> Iterator[Tally]:
    """Count the values that stand still in all that passes through a network inside.

    An activation that is used several times in a pass, which `begin_pass` begins, has a line for each time. One that
    is no module, a call of a function such as `torch.relu`, is not seen.
    """
    tally = Tally()
    names = {module: name for name, module in network.named_modules() if type(module) in FLAT}

    def count(module: nn.Module, _: object, output: Tensor) -> None:
        tally.calls[module] += 1
        again = f" ({tally.calls[module]})" if tally.calls[module] > 1 else ""
        tally.add(f"{names[module]}{again}", module, output)

    hooks = [module.register_forward_hook(count) for module in names]
    try:
        yield tally
    finally:
        for hook in hooks:
            hook.remove()


def never_flat(network: nn.Module) -> list[str]:
    """Return the names of a network's activations that are nowhere flat, such as gelu; nothing is counted of them."""
    kinds = {type(module) for module in network.modules() if isinstance(module, _NEVER_FLAT)}
    return sorted(kind.__name__.lower() for kind in kinds)


_NEVER_FLAT = (nn.LeakyReLU, nn.PReLU, nn.GELU, nn.ELU, nn.SELU, nn.SiLU, nn.Mish, nn.Softplus)
FLAT: dict[type[nn.Module], Callable[[Tensor], Tensor]] = {
    nn.ReLU: lambda a: a == 0,
    nn.Hardswish: lambda a: a == 0,
    nn.ReLU6: lambda a: (a == 0) | (a == 6),
    nn.Tanh: lambda a: a.abs() > SATURATED,
    nn.Sigmoid: lambda a: (a - 0.5).abs() > SATURATED - 0.5,
}
