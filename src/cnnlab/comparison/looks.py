"""Looks: numbers of seeds at which a study is judged, and the share of the error that each of them may spend.

A study with a fixed number of seeds is looked at once. One that adds seeds until it is decided is looked at several
times, and has as many chances to be wrong; so p at a look is divided by the look's share of ALPHA, and the smallest
over the looks counts. By the union bound the error stays under ALPHA, whatever makes a study stop.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cnnlab.comparison.statistics import ALPHA, Spread

FIRST = 5
"""Seeds at the first look: with fewer, arms that fail now and then look different by chance (docs/statistics.md)."""
GROWTH = 1.6
"""From one look to the next."""
_AT_LEAST = 1.25  # times a look the last one is away, else the look is left out


def schedule(most: int) -> tuple[int, ...]:
    """Return the looks of a study of at most this many seeds: 5, 8, 12, 20, 32, ... and the last seed."""
    looks, n = [], float(FIRST)
    while _AT_LEAST * int(n) <= most:
        looks.append(int(n))
        n *= GROWTH
    return (*looks, most)


def shares(number: int) -> list[float]:
    """Return the shares of ALPHA of so many looks; each has as much as all before it, the first as much as the second.

    Weighted Bonferroni.    Genovese, Roeder & Wasserman 2006, Biometrika 93(3)
    """
    return [2.0 ** -(number - 1), *(2.0 ** -(number - place) for place in range(1, number))]


@dataclass(frozen=True)
class AtLook:
    """What the looks so far say of one test."""

    n: int
    """Seeds of the look that says most."""
    share: float
    """That look's of ALPHA."""
    p: float
    """Of the test at that look."""

    @property
    def corrected(self) -> float:
        """P for having looked several times."""
        return min(1.0, self.p / self.share)


def over_looks(
    differences: Sequence[float], looks: Sequence[int], test: Callable[[Sequence[float]], float]
) -> AtLook | None:
    """Return the look that says most, of equal ones the first; None before the first look.

    Args:
        differences: in the order of the seeds.
        looks: of the whole study.
        test: differences -> p
    """
    reached = [
        AtLook(n, share, test(differences[:n])) for n, share in zip(looks, shares(len(looks))) if n <= len(differences)
    ]
    return min(reached, key=lambda look: look.corrected, default=None)


def is_futile(differences: Sequence[float], looks: Sequence[int], num_tested: int, spread: Spread) -> bool:
    """Tell whether not even the largest difference that these seeds allow would be shown at the last look.

    The far end of the 90 % interval of the effect is taken for the truth, and asked for a chance of one half.

    Args:
        differences: so far.
        looks: of the whole study.
        num_tested: arms that are tested.
        spread: gives the least standard deviation.
    """
    from scipy import special

    n, most, last_share = len(differences), looks[-1], shares(len(looks))[-1]
    effect = abs(float(np.mean(differences))) / max(float(np.std(differences, ddof=1)), spread.floor)
    far = effect + float(special.stdtrit(n - 1, 0.95)) / math.sqrt(n)
    return bool(far * math.sqrt(most) < special.stdtrit(most - 1, 1 - ALPHA * last_share / num_tested / 2))
