"""Schedules of the learning rate: functions `step -> factor`, step 0 the first. Epochs become steps once.

All are pure but `plateau`, which is told the validation loss after each epoch. As a `Schedule` every one can be told.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from cnnlab.base.schema import Fraction, NonNegative, NonNegativeInt, Portion, Positive, Probability

Factor = Callable[[int], float]
"""Step -> factor of the learning rate."""


class Schedule:
    """A factor of the learning rate, with what it has learnt from the validation losses: a pure one learns nothing."""

    def __init__(self, factor: Factor) -> None:
        self._factor = factor

    def __call__(self, step: int) -> float:
        """Return the factor of a step, as far as is known."""
        return self._factor(step)

    def observe(self, val_loss: float) -> None:
        """Take an epoch's validation loss into account."""

    def state_dict(self) -> dict[str, float]:
        """Return what has been learnt from the losses so far."""
        return {}

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Go on from there."""


def as_schedule(factor: Factor) -> Schedule:
    """Return what an entry of the table made as a schedule: mostly it is a function of the step alone."""
    return factor if isinstance(factor, Schedule) else Schedule(factor)


def constant(total_steps: int, steps_per_epoch: int, *, warmup_epochs: NonNegative = 0.0) -> Factor:  # noqa: ARG001
    """The learning rate stays, after the warm-up."""
    return _warmed_up(lambda _: 1.0, _steps(warmup_epochs, steps_per_epoch))


def cosine(
    total_steps: int, steps_per_epoch: int, *, warmup_epochs: NonNegative = 0.0, min_factor: Probability = 0.0
) -> Factor:
    """Half a cosine from 1 to min_factor, after the warm-up (Loshchilov and Hutter 2017, arXiv:1608.03983)."""
    warmup_steps = _steps(warmup_epochs, steps_per_epoch)

    return _warmed_up(
        lambda step: _half_cosine(1.0, min_factor, _progress(step, warmup_steps, total_steps)), warmup_steps
    )


def staircase(
    total_steps: int,  # noqa: ARG001
    steps_per_epoch: int,
    *,
    warmup_epochs: NonNegative = 0.0,
    every_epochs: Positive = 10.0,
    gamma: Portion = 0.1,
) -> Factor:
    """Times gamma at every `every_epochs`, counted from the start of training, warm-up included."""
    every_steps = max(1, _steps(every_epochs, steps_per_epoch))
    return _warmed_up(lambda step: float(gamma ** (step // every_steps)), _steps(warmup_epochs, steps_per_epoch))


def linear(
    total_steps: int, steps_per_epoch: int, *, warmup_epochs: NonNegative = 0.0, end_factor: Probability = 0.0
) -> Factor:
    """A straight line from 1 to end_factor, after the warm-up."""
    warmup_steps = _steps(warmup_epochs, steps_per_epoch)
    return _warmed_up(lambda step: 1 + (end_factor - 1) * _progress(step, warmup_steps, total_steps), warmup_steps)


def multistep(
    total_steps: int,
    steps_per_epoch: int,
    *,
    warmup_epochs: NonNegative = 0.0,
    milestones: tuple[Portion, ...] = (0.5, 0.75),
    gamma: Portion = 0.1,
) -> Factor:
    """Times gamma at every milestone, which are parts of the training, warm-up included."""
    falls = [max(1, round(milestone * total_steps)) for milestone in milestones]
    return _warmed_up(
        lambda step: float(gamma ** sum(step >= fall for fall in falls)), _steps(warmup_epochs, steps_per_epoch)
    )


def exponential(
    total_steps: int,  # noqa: ARG001
    steps_per_epoch: int,
    *,
    warmup_epochs: NonNegative = 0.0,
    gamma: Portion = 0.9,
) -> Factor:
    """Falls by the same factor at every step, after the warm-up: by gamma in an epoch."""
    warmup_steps = _steps(warmup_epochs, steps_per_epoch)
    return _warmed_up(lambda step: float(gamma ** ((step - warmup_steps) / steps_per_epoch)), warmup_steps)


def onecycle(
    total_steps: int,
    steps_per_epoch: int,  # noqa: ARG001
    *,
    rise: Fraction = 0.3,
    start_factor: Portion = 0.04,
    end_factor: Probability = 0.000004,
) -> Factor:
    """Up from start_factor to 1 and down to end_factor, by half cosines (Smith and Topin 2017, arXiv:1708.07120)."""
    last = max(1, total_steps - 1)
    top = max(0.0, rise * total_steps - 1)  # in steps; as in torch's OneCycleLR, momentum stays what it is

    def factor(step: int) -> float:
        if step < top:
            return _half_cosine(start_factor, 1.0, step / top)
        return _half_cosine(1.0, end_factor, min(1.0, (step - top) / (last - top)))

    return factor


def triangular(
    total_steps: int,
    steps_per_epoch: int,  # noqa: ARG001
    *,
    rise: Fraction = 0.23,
    start_factor: Portion = 0.2,
    end_factor: Probability = 0.07,
) -> Factor:
    """Up from start_factor to 1, down to end_factor, by straight lines (Smith 2017, arXiv:1506.01186)."""
    top, last = round(rise * total_steps), max(1, total_steps - 1)

    def factor(step: int) -> float:
        if step < top:
            return start_factor + (1 - start_factor) * step / top
        return 1 + (end_factor - 1) * min(1.0, (step - top) / max(1, last - top))

    return factor


def wsd(
    total_steps: int,
    steps_per_epoch: int,
    *,
    warmup_epochs: NonNegative = 0.0,
    decay: Portion = 0.2,
    end_factor: Probability = 0.0,
) -> Factor:
    """Warm-up, 1 for long, then a straight line to end_factor over the last part (Hu et al. 2024, arXiv:2404.06395)."""
    falls_at = round((1 - decay) * total_steps)
    return _warmed_up(
        lambda step: 1 + (end_factor - 1) * max(0.0, _progress(step, falls_at, total_steps)),
        _steps(warmup_epochs, steps_per_epoch),
    )


class Plateau(Schedule):
    """Falls by gamma once the validation loss has not been better for more than `patience` epochs, then waits anew.

    As torch.optim.lr_scheduler.ReduceLROnPlateau: better is less than the best so far by a part of 1e-4 or more.

    Args:
        patience: epochs.
        gamma: what the factor is multiplied with.
        min_factor: where it ends.
        warmup_steps: a straight line from 0 over the first steps, on top.
    """

    def __init__(self, *, patience: int, gamma: float, min_factor: float, warmup_steps: int) -> None:
        super().__init__(_warmed_up(lambda _: self.factor, warmup_steps))
        self.patience, self.gamma, self.min_factor = patience, gamma, min_factor
        self.best_loss, self.bad_epochs, self.factor = math.inf, 0, 1.0

    def observe(self, val_loss: float) -> None:
        """Take an epoch's validation loss into account."""
        self.bad_epochs += 1
        if val_loss < self.best_loss * (1 - 1e-4):
            self.best_loss, self.bad_epochs = val_loss, 0
        if self.bad_epochs > self.patience:
            self.factor, self.bad_epochs = max(self.factor * self.gamma, self.min_factor), 0

    def state_dict(self) -> dict[str, float]:
        """Return what has been learnt from the losses so far."""
        return {"best_loss": self.best_loss, "bad_epochs": self.bad_epochs, "factor": self.factor}

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Go on from there."""
        vars(self).update(state)


def plateau(
    total_steps: int,  # noqa: ARG001
    steps_per_epoch: int,
    *,
    warmup_epochs: NonNegative = 0.0,
    patience: NonNegativeInt = 3,
    gamma: Portion = 0.1,
    min_factor: Probability = 0.0,
) -> Factor:
    """Times gamma each time the validation loss has not fallen for more than `patience` epochs."""
    warmup_steps = _steps(warmup_epochs, steps_per_epoch)
    return Plateau(patience=patience, gamma=gamma, min_factor=min_factor, warmup_steps=warmup_steps)


def _half_cosine(start: float, end: float, progress: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * progress)) / 2


def _warmed_up(factor: Factor, warmup_steps: int) -> Factor:
    """Rise in a straight line to 1 at step `warmup_steps - 1`, then follow `factor`; step 0 already learns."""
    return lambda step: (step + 1) / warmup_steps if step < warmup_steps else factor(step)


def _progress(step: int, warmup_steps: int, total_steps: int) -> float:
    """Return the part of the steps after the warm-up that lies before `step`, in [0, 1]."""
    return min(1.0, (step - warmup_steps) / max(1, total_steps - warmup_steps))


def _steps(epochs: float, steps_per_epoch: int) -> int:
    return round(epochs * steps_per_epoch)


UNTIMED = ("constant", "step", "exponential", "plateau")
"""Those that do not know how long training takes: more epochs begin with the same ones."""

SCHEDULERS: dict[str, Callable[..., Factor]] = {
    "constant": constant,
    "cosine": cosine,
    "step": staircase,
    "linear": linear,
    "multistep": multistep,
    "exponential": exponential,
    "onecycle": onecycle,
    "triangular": triangular,
    "wsd": wsd,
    "plateau": plateau,
}
