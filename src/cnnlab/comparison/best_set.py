"""Which arm is the best? Those that may be, with 95 %, and those that are ruled out.

An arm is ruled out where another one is shown to be ahead of it, in a one-sided test at ALPHA / (K - 1) for K arms: the
true best is lost only if one of its K - 1 comparisons errs. Gupta 1965, Technometrics 7(2); Hsu 1996, Multiple
Comparisons, on paired t-tests over seeds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cnnlab.comparison.looks import AtLook, shares
from cnnlab.comparison.statistics import ALPHA, Spread, critical_t, p_ahead

Accuracies = Mapping[str, Sequence[float]]
"""Arm -> accuracies in the order of the seeds, which are the same for all arms as far as they go."""


@dataclass(frozen=True)
class RuledOut:
    """Why an arm is not the best."""

    by: str
    """The arm that is ahead of it."""
    look: AtLook
    """p is of the one-sided test."""


@dataclass(frozen=True)
class BestSet:
    """What the looks so far say about which arm is the best."""

    alive: tuple[str, ...]
    """The arms that may be the best, in the order given."""
    ruled_out: Mapping[str, RuledOut]
    will_do: tuple[str, ...]
    """Of those alive: no other can be more than the margin ahead of it. Empty without a margin."""
    nearest: Mapping[str, RuledOut]
    """Of those alive: which other arm is nearest to ruling it out."""
    seeds: int
    """Of the last look; 0 before the first."""
    is_over: bool
    """Whether more seeds would answer nothing: one arm is left, all that are left will do, or it was the last look."""


def best_set(
    accuracies: Accuracies, looks: Sequence[int], *, num_arms: int, spread: Spread, margin: float | None = None
) -> BestSet:
    """Look at the arms as often as their seeds allow; what is ruled out at one look takes no part in the next.

    Args:
        accuracies: of the arms that can be compared.
        looks: numbers of seeds at which the study is looked at, over its whole length.
        num_arms: K, as the study was declared.
        spread: gives the standard error of differences.
        margin: difference up to which either of two arms will do; None: none.
    """
    alive, seeds = list(accuracies), 0
    out: dict[str, RuledOut] = {}
    nearest: dict[str, RuledOut] = {}
    will_do: tuple[str, ...] = ()
    level = ALPHA / max(num_arms - 1, 1)
    for n, share in zip(looks, shares(len(looks))):
        if not alive or min(len(accuracies[arm]) for arm in alive) < n:
            break
        seeds, nearest = n, _nearest({arm: accuracies[arm][:n] for arm in alive}, share, spread)
        now_out = {arm: found for arm, found in nearest.items() if found.look.p <= share * level}
        out |= now_out
        alive = [arm for arm in alive if arm not in now_out]
        will_do = _will_do({arm: accuracies[arm][:n] for arm in alive}, share * level, margin, spread)
        if len(alive) == 1 or set(alive) == set(will_do):
            break
    is_over = seeds > 0 and (len(alive) == 1 or set(alive) == set(will_do) or seeds == looks[-1])
    return BestSet(tuple(alive), out, will_do, nearest, seeds, is_over)


def _nearest(accuracies: Accuracies, share: float, spread: Spread) -> dict[str, RuledOut]:
    """Return for every arm the one that is ahead of it with the smallest p; nothing where there is one arm only."""
    nearest: dict[str, RuledOut] = {}
    arms, table = list(accuracies), np.array(list(accuracies.values()))  # (arms, seeds)
    for place, arm in enumerate(arms if len(arms) > 1 else []):
        p_values = p_ahead(table - table[place], spread)
        p_values[place] = np.inf
        p = float(p_values.min())
        by = min(arms[other] for other in np.flatnonzero(p_values == p))
        nearest[arm] = RuledOut(by, AtLook(table.shape[1], share, p))
    return nearest


def _will_do(accuracies: Accuracies, level: float, margin: float | None, spread: Spread) -> tuple[str, ...]:
    """Return the arms that no other one can be more than the margin ahead of."""
    if margin is None or len(accuracies) < 2:
        return ()
    table = np.array(list(accuracies.values()))  # (arms, seeds)

    def is_enough(place: int) -> bool:
        are_behind = p_ahead(table[place] - table + margin, spread) <= level
        return bool(np.delete(are_behind, place).all())

    return tuple(arm for place, arm in enumerate(accuracies) if is_enough(place))


def lead(accuracies: Accuracies, found: BestSet, *, num_arms: int, spread: Spread) -> float:
    """Return how far the only arm left is ahead of every other one at least, in [0, 1], with 1 - ALPHA for all of them.

    min over the others of mean(difference) - t(1 - share ALPHA / (K - 1); n - 1) error, at least 0; share and n of the
    look at which the other one was ruled out.
    """
    (best,) = found.alive
    bounds = []
    for arm, out in found.ruled_out.items():
        differences = np.subtract(accuracies[best][: out.look.n], accuracies[arm][: out.look.n]).tolist()
        # critical_t is two-sided: twice the share leaves the one side its own.
        t = critical_t(out.look.n - 1, share=2 * out.look.share / (num_arms - 1))
        bounds.append(float(np.mean(differences)) - t * spread.error(differences))
    return max(0.0, min(bounds, default=0.0))
