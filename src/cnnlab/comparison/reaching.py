"""How fast arms learn: epochs, steps, images and seconds of training until validation accuracies."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cnnlab.comparison.arms import Arm, Run
from cnnlab.comparison.statistics import Estimate, Spread, estimate_amount
from cnnlab.outputs.reaching import Effort, Goals, read_efforts
from cnnlab.outputs.summary_file import figure

ROUNDING = 1 / math.sqrt(12)
"""Epochs: standard deviation of what is added by looking only at the end of each (Sheppard 1898)."""


@dataclass(frozen=True)
class Reach:
    """What it took an arm to reach an accuracy: means over the runs that did, with intervals where all did."""

    num_runs: int
    """Finished ones that were validated, and those that diverged, which never reached anything."""
    num_reached: int
    epochs: Estimate | None
    """None where none did."""
    steps: float | None
    """Mean; None where a run was not trained in steps, or did not write down how many."""
    images: Estimate | None
    """Training images, each counted once an epoch; None where a run did not write down how many there were."""
    seconds: Estimate | None
    """Of training; None where a run was not timed like most of the study."""


@dataclass(frozen=True)
class Reaching:
    """How fast the arms of a study reached the accuracies that tell them apart, or were asked for."""

    accuracies: tuple[float, ...]
    """Ascending; none where nothing is to be said."""
    of_arms: Mapping[str, tuple[Reach, ...]]
    """Label of an arm -> its reach of each accuracy; arms without a run that counts are left out."""
    untimed: tuple[str, ...]
    """Labels of arms with runs that were not timed as most were."""


@dataclass(frozen=True)
class _Trained:
    """A run that could have reached an accuracy."""

    run: Run
    efforts: Mapping[float, Effort]


def reaching_of(arms: Sequence[Arm], goals: Goals) -> Reaching:
    """Read how fast arms learnt.

    Of the goals that were not asked for, those are shown that most runs of an arm reached and that tell arms apart.

    Raises:
        RunError: a metrics.csv holds something else than numbers.
    """
    trained = {arm.label: _trained(arm, goals.known) for arm in arms}
    known = {label: runs for label, runs in trained.items() if runs}
    every = {goal: {label: _reach(runs, goal) for label, runs in known.items()} for goal in goals.known}
    shown = goals.shown([goal for goal, reaches in every.items() if _tells(list(reaches.values()))]) if known else ()
    untimed = tuple(arm.label for arm in arms if not all(run.is_timed for run in arm.finished))
    return Reaching(shown, {label: tuple(every[goal][label] for goal in shown) for label in known}, untimed)


def _trained(arm: Arm, goals: Sequence[float]) -> list[_Trained]:
    found = [_Trained(run, {}) for run in arm.runs if run.state == "diverged"]
    for run in arm.finished:
        efforts = None if run.folder is None else read_efforts(run.folder, goals)
        found += [] if efforts is None else [_Trained(run, efforts)]
    return found


def _tells(reaches: Sequence[Reach]) -> bool:
    """Tell whether an accuracy is reached by most runs of an arm, and not by all arms at once."""
    if not any(2 * reach.num_reached > reach.num_runs for reach in reaches):
        return False
    kinds = {(reach.num_reached < reach.num_runs, _mean(reach.images or reach.epochs)) for reach in reaches}
    return len(reaches) == 1 or len(kinds) > 1


def _mean(found: Estimate | None) -> float | None:
    return None if found is None else found.mean


def _reach(runs: Sequence[_Trained], goal: float) -> Reach:
    reached = [(one.run, one.efforts[goal]) for one in runs if goal in one.efforts]
    did_all = len(reached) == len(runs)
    steps = [_times(run, "steps_per_epoch", effort) for run, effort in reached]
    images = [_times(run, "data.train", effort) for run, effort in reached]
    seconds = [effort.seconds if run.is_timed else None for run, effort in reached]
    epochs: list[float | None] = [float(effort.epochs) for _, effort in reached]
    return Reach(
        num_runs=len(runs),
        num_reached=len(reached),
        epochs=_estimate(epochs, epochs, has_interval=did_all),
        steps=_mean(_estimate(steps, epochs, has_interval=False)),
        images=_estimate(images, epochs, has_interval=did_all),
        seconds=_estimate(seconds, epochs, has_interval=did_all),
    )


def _times(run: Run, key: str, effort: Effort) -> float | None:
    """Return epochs times what an epoch has of something."""
    number = figure(run.summary, key)
    return None if number is None else effort.epochs * number


def _estimate(
    amounts: Sequence[float | None], epochs: Sequence[float | None], *, has_interval: bool
) -> Estimate | None:
    """Return the mean of amounts; None where there is none, or one is not known.

    Runs that reach an accuracy in the same epoch did not take equally long: their spread counts as at least the
    rounding to whole epochs.
    """
    known = [amount for amount in amounts if amount is not None and math.isfinite(amount)]
    if not known or len(known) < len(amounts):
        return None
    of_an_epoch = sum(known) / sum(epoch for epoch in epochs if epoch is not None)
    found = estimate_amount(known, Spread(floor=max(1e-9, ROUNDING * of_an_epoch)))
    return found if has_interval else dataclasses.replace(found, half_width=None)
