"""Learning-rate range test: a short training in which the rate grows from step to step, until the loss explodes.

Where the loss begins to fall, and where it is lowest before it explodes, are the ends of the rates worth trying.
Smith 2017, "Cyclical learning rates for training neural networks", arXiv:1506.01186, sec. 3.3
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cnnlab.base.errors import ConfigError
from cnnlab.base.progress import Progress
from cnnlab.base.runtime import start_runtime
from cnnlab.base.stopping import Stop
from cnnlab.building.procedures import build_parts
from cnnlab.config.identity import data_content
from cnnlab.config.part_rules import check_parts
from cnnlab.config.run_config import RunConfig
from cnnlab.data.batches import Batches, Piece
from cnnlab.data.library import DataLibrary
from cnnlab.training.engine import fit
from cnnlab.training.learning import InSteps

LOWEST, HIGHEST = 1e-7, 10.0
STEPS = 300
_SMOOTH = 0.95  # of what the mean was before, per step
_EXPLODED = 4.0  # times the lowest loss, beyond which nothing is learnt any more
_FALLEN = 0.1  # of the way from the first loss to the lowest: here it begins to fall
_SAFE = 10.0  # times below the lowest loss lies the rate that is proposed


@dataclass(frozen=True)
class RateCurve:
    """What the loss was under each rate, in the order of the steps."""

    rates: Sequence[float]
    losses: Sequence[float]
    """Of the step's batch, in nats."""
    smoothed: Sequence[float]
    """Means that forget, without the pull of their first value."""


@dataclass(frozen=True)
class Proposal:
    """Rates to try."""

    low: float
    """Here the loss begins to fall."""
    rate: float
    high: float
    """Here it is lowest; beyond, it rises."""


def check(config: RunConfig) -> None:
    """Look whether a run has a learning rate, and its parts go together.

    Raises:
        ConfigError: with what is wrong.
    """
    if config.learns != "in steps":
        raise ConfigError("find: a learning rate belongs to a run that learns in steps. Take another head.")
    check_parts(config)


def search(config: RunConfig, *, library: DataLibrary, stop: Stop, progress: Progress) -> RateCurve:
    """Train with a growing rate until the loss explodes; nothing is written but the cache of decoded images.

    Args:
        config: of a run that learns in steps; its own rate and scheduler do not count.
        library: holds the data that was read before.
        stop: asked after every step.
        progress: told what is done.

    Raises:
        ConfigError: the run cannot be built, or does not learn in steps.
    """
    check(config)
    runtime = start_runtime(
        device=config.device, precision=config.precision, threads=config.threads, deterministic=config.deterministic
    )
    content = data_content(config, library.hashes)
    parts = build_parts(config, runtime, library=library, data_content=content, progress=progress)
    learning = parts.learning
    assert isinstance(learning, InSteps)
    base = float(learning.optimizer.param_groups[0]["lr"])
    rates = [LOWEST * (HIGHEST / LOWEST) ** (step / (STEPS - 1)) for step in range(STEPS)]
    single = _single_steps(parts.train, learning)
    losses: list[float] = []
    smoothed: list[float] = []
    for record in fit(
        learning.model, lambda _: [next(single)], loss_fn=learning.loss_fn, optimizer=learning.optimizer,
        schedule=lambda step: rates[step] / base, steps_per_epoch=1, epochs=STEPS, seed=config.seed,
        autocast=learning.autocast, clipping=learning.clipping, average=learning.average,
    ):  # fmt: skip
        stop.look()
        progress("rates", record.epoch, STEPS)
        if record.diverged_at_step is not None:
            break
        losses.append(record.train.loss)
        smoothed.append(_smooth(losses))
        if smoothed[-1] > _EXPLODED * min(smoothed):
            break
    return RateCurve(rates[: len(losses)], losses, smoothed)


def _single_steps(train: Batches, learning: InSteps) -> Iterator[Piece]:
    """Yield the steps of epoch after epoch, each by itself."""
    epoch = 0
    while True:
        for piece in train.epoch(epoch, seed=learning.seed, augmentation=learning.augmentation):
            first = 0
            for size in piece.sizes:
                yield Piece(piece.images[first : first + size], piece.targets[first : first + size], (size,))
                first += size
        epoch += 1


def _smooth(losses: Sequence[float]) -> float:
    """Return the mean of all losses in which each weighs less than the next."""
    weights = [_SMOOTH**age for age in range(len(losses))]
    return sum(weight * loss for weight, loss in zip(weights, reversed(losses))) / sum(weights)


def propose(curve: RateCurve) -> Proposal | None:
    """Return the rates to try; None where the loss never fell, or there is no telling."""
    if len(curve.smoothed) < 2:
        return None
    lowest = min(range(len(curve.smoothed)), key=curve.smoothed.__getitem__)
    first, floor = curve.smoothed[0], curve.smoothed[lowest]
    begun = first - _FALLEN * (first - floor)
    place = next((i for i, loss in enumerate(curve.smoothed[:lowest]) if loss <= begun), None)
    if place is None or not floor < first:
        return None
    low, high = curve.rates[place], curve.rates[lowest]
    return Proposal(low, _round(max(low, high / _SAFE)), high)


def _round(rate: float) -> float:
    """Return a rate with one digit: no range test tells more."""
    return float(f"{rate:.0e}") if rate > 0 and math.isfinite(rate) else rate
