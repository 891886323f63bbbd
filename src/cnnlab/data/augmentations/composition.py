"""What an augmentation is: pure functions of whole batches and of uniform draws, one row of them per image."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Mixing:
    """How images are mixed with their partners, and how many random numbers it takes per image."""

    num_draws: int
    apply: Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]
    """(images and partners uint8 (N, C, H, W), draws float32 (N, num_draws) uniform in [0, 1)) ->
    images uint8 (N, C, H, W), and the weight of their own class in the target, float32 (N,) in [0, 1]."""


@dataclass(frozen=True)
class Augmentation:
    """What is done to a batch, and how many random numbers it takes per image."""

    num_draws: int
    apply: Callable[[Tensor, Tensor], Tensor]
    """(uint8 (N, C, H, W), float32 (N, num_draws) uniform in [0, 1)) -> uint8 (N, C, H, W)."""
    mixing: Mixing | None = None
    """Follows `apply`, which has then been done to the partners too; None leaves images and targets apart."""
    streams: tuple[tuple[str, int], ...] = ()
    """Names of steps and their columns of the draws, which are drawn by name; empty: all in one, without a name."""
    alternating: tuple[int, ...] = ()
    """Columns in which an image's draw lies half of [0, 1) further in every second epoch, from one drawn for good."""

    def draw(self, num_images: int, generator_of: Callable[[str], torch.Generator]) -> Tensor:
        """Return uniform draws for so many images, float32 (N, num_draws).

        Args:
            num_images: N.
            generator_of: name of a step, or "" -> a generator for it alone.
        """
        streams = self.streams or (("", self.num_draws),)
        return torch.cat(
            [torch.rand(num_images, columns, generator=generator_of(name)) for name, columns in streams], 1
        )


def compose(*steps: Augmentation, names: Sequence[str] | None = None) -> Augmentation:
    """Do the steps one after the other, each with its own columns of the draws; a mixing follows them all.

    Args:
        steps: in their order.
        names: of the steps: each is then drawn by itself, whatever stands before it.

    Raises:
        ValueError: two of the steps mix.
    """
    mixings = [step.mixing for step in steps if step.mixing is not None]
    if len(mixings) > 1:
        raise ValueError(f"compose: at most one step can mix images, got {len(mixings)}.")
    num_draws = [step.num_draws for step in steps]

    def apply(images: Tensor, draws: Tensor) -> Tensor:
        for step, own_draws in zip(steps, torch.split(draws, num_draws, dim=1)):
            images = step.apply(images, own_draws)
        return images

    streams = () if names is None else tuple(zip(names, num_draws))
    before = itertools.accumulate(num_draws, initial=0)
    alternating = tuple(first + column for first, step in zip(before, steps) for column in step.alternating)
    return Augmentation(sum(num_draws), apply, mixings[0] if mixings else None, streams, alternating)


def per_image(values: Tensor) -> Tensor:
    """Give values (N,) the shape (N, 1, 1, 1), which goes with images."""
    return values[:, None, None, None]


def between(draws: Tensor, low: float | Tensor, high: float | Tensor) -> Tensor:
    """Spread uniform draws from [0, 1) over [low, high)."""
    return low + (high - low) * draws
