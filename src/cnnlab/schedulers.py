"""Schedules of the learning rate: pure functions `step -> factor`, step 0 the first. Epochs become steps once."""

from __future__ import annotations

import math
from collections.abc import Callable

from cnnlab.schema import NonNegative, Portion, Positive, Probability

Schedule = Callable[[int], float]


def constant(total_steps: int, steps_per_epoch: int, *, warmup_epochs: NonNegative = 0.0) -> Schedule:  # noqa: ARG001
    """The learning rate stays, after the warm-up."""
    return _warmed_up(lambda _: 1.0, _steps(warmup_epochs, steps_per_epoch))


def cosine(
    total_steps: int, steps_per_epoch: int, *, warmup_epochs: NonNegative = 0.0, min_factor: Probability = 0.0
) -> Schedule:
    """Half a cosine from 1 to min_factor, after the warm-up (Loshchilov and Hutter 2017, arXiv:1608.03983)."""
    warmup_steps = _steps(warmup_epochs, steps_per_epoch)

    def factor(step: int) -> float:
        remaining = (1 + math.cos(math.pi * _progress(step, warmup_steps, total_steps))) / 2
        return min_factor + (1 - min_factor) * remaining

    return _warmed_up(factor, warmup_steps)


def staircase(
    total_steps: int,  # noqa: ARG001
    steps_per_epoch: int,
    *,
    warmup_epochs: NonNegative = 0.0,
    every_epochs: Positive = 10.0,
    gamma: Portion = 0.1,
) -> Schedule:
    """Times gamma at every `every_epochs`, counted from the start of training, warm-up included."""
    every_steps = max(1, _steps(every_epochs, steps_per_epoch))
    return _warmed_up(lambda step: float(gamma ** (step // every_steps)), _steps(warmup_epochs, steps_per_epoch))


def linear(
    total_steps: int, steps_per_epoch: int, *, warmup_epochs: NonNegative = 0.0, end_factor: Probability = 0.0
) -> Schedule:
    """A straight line from 1 to end_factor, after the warm-up."""
    warmup_steps = _steps(warmup_epochs, steps_per_epoch)
    return _warmed_up(lambda step: 1 + (end_factor - 1) * _progress(step, warmup_steps, total_steps), warmup_steps)


def _warmed_up(schedule: Schedule, warmup_steps: int) -> Schedule:
    """Rise in a straight line to 1 at step `warmup_steps - 1`, then follow `schedule`; step 0 already learns."""

    def factor(step: int) -> float:
        return (step + 1) / warmup_steps if step < warmup_steps else schedule(step)

    return factor


def _progress(step: int, warmup_steps: int, total_steps: int) -> float:
    """Return the part of the steps after the warm-up that lies before `step`, in [0, 1]."""
    return min(1.0, (step - warmup_steps) / max(1, total_steps - warmup_steps))


def _steps(epochs: float, steps_per_epoch: int) -> int:
    return round(epochs * steps_per_epoch)


SCHEDULERS: dict[str, Callable[..., Schedule]] = {
    "constant": constant,
    "cosine": cosine,
    "step": staircase,
    "linear": linear,
}
