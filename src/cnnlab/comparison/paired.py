"""Each arm against a baseline: different, equal within a margin, or open; at one look or at several.

Different and equal are two families of tests, each corrected over arms by Holm; of one arm at most one of the two
statements can be wrong, since its two null hypotheses exclude each other.    Goeman, Solari & Stijnen 2010, Statist.
Med. 29(20). A decision is not taken back by later looks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from cnnlab.comparison.looks import AtLook, is_futile, over_looks
from cnnlab.comparison.statistics import ALPHA, Spread, holm, p_different, p_equal

Differences = Mapping[str, Sequence[float]]
"""Arm -> its accuracies less the baseline's, in the order of the seeds."""


class State(Enum):
    """How an arm stands."""

    OPEN = "open"
    BETTER = "better"
    WORSE = "worse"
    EQUAL = "equal"
    STOPPED = "stopped"
    """More seeds would hardly show a difference."""


@dataclass(frozen=True)
class Judged:
    """What was found of one arm."""

    state: State
    look: AtLook
    """The look that says most for what was found; p is of that test."""
    p_holm: float
    """The same, corrected for looks and arms."""
    seeds: int
    """Pairs that count: those up to the last look at which the arm took part."""

    @property
    def is_decided(self) -> bool:
        """Whether something is claimed of the arm."""
        return self.state not in (State.OPEN, State.STOPPED)


def judge(
    differences: Differences, looks: Sequence[int] | None, *, num_tested: int, spread: Spread, margin: float | None
) -> dict[str, Judged]:
    """Judge every arm, look after look; arms that are decided take part in no further one.

    Args:
        differences: of the arms that can be tested, two pairs or more each.
        looks: numbers of seeds at which the study is looked at, over its whole length; None: once, at all pairs.
        num_tested: arms beside the baseline, as the study was declared.
        spread: gives the standard error.
        margin: difference up to which an arm counts as equal; None: nothing is called equal.

    Returns:
        Of every arm what was found; before the first look, nothing.
    """
    if looks is None:
        taken = {arm: len(own) for arm, own in differences.items()}
        return _Judge(differences, None, num_tested, spread, margin).at(taken, {})
    judge_ = _Judge(differences, looks, num_tested, spread, margin)
    found: dict[str, Judged] = {}
    taken = dict.fromkeys(differences, 0)
    for look in looks:
        going_on = [arm for arm in differences if arm not in found or found[arm].state is State.OPEN]
        if not going_on or min(len(differences[arm]) for arm in going_on) < look:
            break
        taken |= dict.fromkeys(going_on, look)
        found = judge_.at(taken, found)
    return found


@dataclass(frozen=True)
class _Judge:
    differences: Differences
    looks: Sequence[int] | None
    num_tested: int
    spread: Spread
    margin: float | None

    def at(self, taken: Mapping[str, int], before: Mapping[str, Judged]) -> dict[str, Judged]:
        """Judge all arms by so many of their pairs; what was decided before stays."""
        different = self._tested(taken, lambda own: p_different(own, self.spread))
        margin = self.margin
        equal = {} if margin is None else self._tested(taken, lambda own: p_equal(own, margin, self.spread))
        found = {}
        for arm, n in taken.items():
            if arm in before and before[arm].is_decided:
                found[arm] = before[arm]
            elif different[arm][1] < ALPHA:
                found[arm] = Judged(self._side(arm, different[arm][0]), *different[arm], n)
            elif arm in equal and equal[arm][1] < ALPHA:
                found[arm] = Judged(State.EQUAL, *equal[arm], n)
            else:
                found[arm] = Judged(self._undecided(arm, n), *different[arm], n)
        return found

    def _tested(
        self, taken: Mapping[str, int], test: Callable[[Sequence[float]], float]
    ) -> dict[str, tuple[AtLook, float]]:
        """Return of every arm the look that says most, and its p corrected for looks and arms."""
        at = {arm: self._over_looks(self.differences[arm][:n], test) for arm, n in taken.items()}
        missing = [1.0] * (self.num_tested - len(at))  # arms that cannot be tested are not shown to be anything
        corrected = holm([look.corrected for look in at.values()] + missing)
        return {arm: (look, p) for (arm, look), p in zip(at.items(), corrected)}

    def _over_looks(self, own: Sequence[float], test: Callable[[Sequence[float]], float]) -> AtLook:
        found = over_looks(own, [len(own)] if self.looks is None else self.looks, test)
        assert found is not None
        return found

    def _side(self, arm: str, look: AtLook) -> State:
        return State.BETTER if float(np.mean(self.differences[arm][: look.n])) > 0 else State.WORSE

    def _undecided(self, arm: str, n: int) -> State:
        if self.looks is None or self.margin is not None or n >= self.looks[-1]:
            return State.OPEN
        own = self.differences[arm][:n]
        return State.STOPPED if is_futile(own, self.looks, self.num_tested, self.spread) else State.OPEN
