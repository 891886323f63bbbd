"""What may be said from a few seeds: means, intervals, paired tests, and how many seeds it would take."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ALPHA = 0.05
"""Chance of claiming a difference that is not there, two-sided; intervals cover 1 - ALPHA."""
POWER = 0.8
"""Chance of showing a difference that is there, for which seeds are counted."""
MAX_SEEDS = 1000
"""No study repeats an arm more often."""
NO_SPREAD = 1e-9
"""A standard deviation under this is rounding: one image in a million moves an accuracy by 1e-6."""


@dataclass(frozen=True)
class Estimate:
    """A mean over seeds and how far it can be trusted."""

    n: int
    mean: float
    sd: float | None
    """Standard deviation with n - 1 in the denominator; None for one value."""
    half_width: float | None
    """Half of the 95 % interval; None for one value."""

    @property
    def low(self) -> float | None:
        """Lower end of the interval."""
        return None if self.half_width is None else self.mean - self.half_width

    @property
    def high(self) -> float | None:
        """Upper end of the interval."""
        return None if self.half_width is None else self.mean + self.half_width

    @property
    def has_spread(self) -> bool:
        """Whether the values differ by more than rounding."""
        return self.sd is not None and self.sd > NO_SPREAD


def estimate(values: Sequence[float]) -> Estimate:
    """Return the mean and its two-sided t-interval.

    mean ± t(1 - ALPHA / 2; n - 1) * sd / sqrt(n)    Student 1908, Biometrika 6(1)

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("estimate: needs at least one value, got none.")
    n, mean = len(values), float(np.mean(values))
    if n == 1:
        return Estimate(1, mean, None, None)
    sd = float(np.std(values, ddof=1))
    return Estimate(n, mean, sd, critical_t(n - 1) * sd / math.sqrt(n))


def critical_t(df: int) -> float:
    """Return the value that |t| exceeds with chance ALPHA."""
    from scipy import special  # 0.2 s, which a table without verdicts does without; scipy.stats takes thrice as long

    return float(special.stdtrit(df, 1 - ALPHA / 2))


def p_value(difference: Estimate) -> float | None:
    """Return p of the two-sided paired t-test; None where it is not defined: one pair, or no spread.

    t = mean / (sd / sqrt(n)) with n - 1 degrees of freedom, of the differences within pairs.

    Args:
        difference: of the arm and the baseline, seed by seed.
    """
    from scipy import special

    if difference.sd is None or not difference.has_spread:
        return None
    t = difference.mean / (difference.sd / math.sqrt(difference.n))
    return float(2 * special.stdtr(difference.n - 1, -abs(t)))


def holm(p_values: Sequence[float]) -> list[float]:
    """Correct p-values for being several: the chance that any of them claims too much stays under ALPHA.

    The i-th smallest of m becomes max over j <= i of min(1, (m - j + 1) p_j).    Holm 1979, Scand. J. Statist. 6(2)

    Returns:
        One a value, in the order given.
    """
    corrected = [1.0] * len(p_values)
    largest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        corrected[place] = largest
    return corrected


def seeds_needed(difference: Estimate) -> int | None:
    """Return the fewest pairs with which the observed difference, if it is the true one, is shown with chance POWER.

    Power of the two-sided paired t-test at ALPHA: under the alternative t follows the noncentral distribution with
    n - 1 degrees of freedom and noncentrality mean / sd * sqrt(n).    Cohen 1988, Statistical Power Analysis, sec. 2.3

    Returns:
        None where the differences have no spread, or MAX_SEEDS would not be enough.
    """
    if difference.sd is None or not difference.has_spread:
        return None
    n = np.arange(2, MAX_SEEDS + 1)
    enough = np.flatnonzero(_power(difference.mean / difference.sd, n) >= POWER)
    return int(n[enough[0]]) if len(enough) else None


def _power(effect: float, n: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the chance to show an effect, in standard deviations of the difference, in its own direction."""
    from scipy import special

    critical = special.stdtrit(n - 1, 1 - ALPHA / 2)
    noncentrality = min(abs(effect), 50.0) * np.sqrt(n)  # from 12 on two pairs are enough; beyond 50 scipy gives nan
    power: NDArray[np.float64] = 1 - special.nctdtr(n - 1, noncentrality, critical)
    return power
