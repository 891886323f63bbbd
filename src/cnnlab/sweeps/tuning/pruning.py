"""Which trials end early: accuracies that a trial has to reach on its way, by what trials before it had there.

They are known before a trial begins and go with its run as plain numbers, so that it is judged alike wherever and
whenever it is carried out: a tuning that was killed prunes as one that was not.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["median", "hyperband", "none"]
LEAST = 5
"""Finished trials before the median says anything; Optuna's own number."""
_LOOKS = 10  # a run is judged at most so often by the median, equally far apart
_ETA = 3  # one in so many goes on at a rung


@dataclass(frozen=True)
class Way:
    """How a trial went."""

    number: int
    accuracies: Sequence[float]
    """On validation, by epoch."""
    is_finished: bool

    def at(self, epoch: int) -> float | None:
        """Return the best accuracy up to an epoch; None if a pruned trial did not get there."""
        if not self.accuracies or (epoch > len(self.accuracies) and not self.is_finished):
            return None
        return max(self.accuracies[:epoch])


def bars(kind: Kind, number: int, epochs: int, before: Sequence[Way]) -> list[float | None]:
    """Return what a trial has to have reached after each epoch, to the last one that has a bar; None: no bar.

    median: as good as half of the trials that are finished.    Golovin et al. 2017, KDD, sec. 3.2.2
    hyperband: among the best third of those that got as far, at epochs 1, 3, 9, ...; trials are dealt to brackets, each
    of which begins with that a rung later, and the last of which prunes none.    Li et al. 2018, JMLR 18(185)

    Args:
        kind: of the pruner.
        number: of the trial.
        epochs: of its run.
        before: trials that have ended.
    """
    at = {"median": _medians, "hyperband": _rungs, "none": lambda *_: {}}[kind](number, epochs, before)
    heights = [at.get(epoch) for epoch in range(1, epochs)]
    while heights and heights[-1] is None:
        heights.pop()
    return heights


def _medians(_: int, epochs: int, before: Sequence[Way]) -> dict[int, float]:
    finished = [way for way in before if way.is_finished]
    step = max(1, epochs // _LOOKS)
    if len(finished) < LEAST:
        return {}
    known = {epoch: _known(finished, epoch) for epoch in range(step, epochs, step)}
    return {epoch: _floor(statistics.median(found)) for epoch, found in known.items() if found}


def _rungs(number: int, epochs: int, before: Sequence[Way]) -> dict[int, float]:
    rungs = list(itertools.takewhile(lambda rung: rung < epochs, (_ETA**k for k in itertools.count())))
    num_brackets = len(rungs) + 1
    peers = [way for way in before if way.number % num_brackets == number % num_brackets]
    found = {rung: sorted(_known(peers, rung), reverse=True) for rung in rungs[number % num_brackets :]}
    return {rung: _floor(known[len(known) // _ETA - 1]) for rung, known in found.items() if len(known) >= _ETA}


def _known(ways: Sequence[Way], epoch: int) -> list[float]:
    return [accuracy for way in ways if (accuracy := way.at(epoch)) is not None]


def _floor(accuracy: float) -> float:
    """Cut to four digits, so that a trial as good as the others reaches the bar."""
    return math.floor(1e4 * accuracy) / 1e4
