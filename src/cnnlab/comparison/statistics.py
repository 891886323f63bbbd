"""What may be said from a few repetitions: means, intervals, paired tests, corrections, and how many it would take."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnlab.base.metrics import Floats
from cnnlab.outputs.limits import MOST_SEEDS

ALPHA = 0.05
"""Chance of claiming too much, over all that a study claims of one kind; intervals cover 1 - ALPHA."""
POWER = 0.8
"""Chance of showing a difference that is there, for which seeds are counted."""


@dataclass(frozen=True)
class Spread:
    """How far a mean of differences can be trusted, beyond what their own spread says."""

    floor: float = 1e-9
    """Least standard deviation of a difference: what one test image weighs. Few runs may be equal by luck."""
    overlap: float = 0.0
    """Added to 1 / n: repetitions that train on the same images are less than n. 0 for seeds."""

    def error(self, differences: Sequence[float]) -> float:
        """Return the standard error of their mean: max(sd, floor) sqrt(1 / n + overlap)."""
        return max(float(np.std(differences, ddof=1)), self.floor) * math.sqrt(1 / len(differences) + self.overlap)


SEEDS = Spread()


@dataclass(frozen=True)
class Estimate:
    """A mean over repetitions and how far it can be trusted."""

    n: int
    mean: float
    sd: float | None
    """Standard deviation with n - 1 in the denominator; None for one value."""
    half_width: float | None
    """Half of the interval, as far as no end was cut; None for one value."""
    lowest: float
    """The smallest of the values."""
    highest: float
    """The largest of them."""
    bounds: tuple[float, float] = (0.0, 1.0)
    """Between which every value lies by its nature; an interval is cut there."""

    @property
    def low(self) -> float | None:
        """Lower end of the interval."""
        return None if self.half_width is None else max(self.bounds[0], self.mean - self.half_width)

    @property
    def high(self) -> float | None:
        """Upper end of the interval."""
        return None if self.half_width is None else min(self.bounds[1], self.mean + self.half_width)


def estimate(accuracies: Sequence[float], spread: Spread = SEEDS) -> Estimate:
    """Return the mean of accuracies in [0, 1] and its two-sided t-interval.

    mean ± t(1 - ALPHA / 2; n - 1) * error    Student 1908, Biometrika 6(1)

    Args:
        accuracies: of the runs of an arm.
        spread: gives the standard error.

    Raises:
        ValueError: there are no values.
    """
    return _estimate(accuracies, spread, share=1.0, bounds=(0.0, 1.0))


def estimate_difference(differences: Sequence[float], spread: Spread, *, share: float = 1.0) -> Estimate:
    """Return the mean of differences of accuracies, in [-1, 1], and its interval.

    mean ± t(1 - ALPHA share / 2; n - 1) * error. Repeated at every look with its share of ALPHA, the intervals hold
    together.    Jennison & Turnbull 1989, J. R. Statist. Soc. B 51(3)

    Args:
        differences: within pairs.
        spread: gives the standard error.
        share: of ALPHA that the look has.

    Raises:
        ValueError: there are no values.
    """
    return _estimate(differences, spread, share=share, bounds=(-1.0, 1.0))


def estimate_amount(amounts: Sequence[float], spread: Spread) -> Estimate:
    """Return the mean of amounts, none of them below 0, and its two-sided t-interval.

    Raises:
        ValueError: there are no values.
    """
    return _estimate(amounts, spread, share=1.0, bounds=(0.0, math.inf))


def _estimate(values: Sequence[float], spread: Spread, *, share: float, bounds: tuple[float, float]) -> Estimate:
    if not values:
        raise ValueError("estimate: needs at least one value, got none.")
    n, mean, ends = len(values), float(np.mean(values)), (min(values), max(values))
    if n == 1:
        return Estimate(1, mean, None, None, *ends, bounds)
    half_width = critical_t(n - 1, share=share) * spread.error(values)
    return Estimate(n, mean, float(np.std(values, ddof=1)), half_width, *ends, bounds)


def critical_t(df: int, *, share: float = 1.0) -> float:
    """Return the value that |t| exceeds with chance ALPHA share."""
    from scipy import special  # 0.2 s, which a table without verdicts does without; scipy.stats takes thrice as long

    return float(special.stdtrit(df, 1 - ALPHA * share / 2))


def p_different(differences: Sequence[float], spread: Spread) -> float:
    """Return p of the two-sided paired t-test.

    t = mean / error, with n - 1 degrees of freedom; error of the differences within pairs, n >= 2.
    """
    return 2 * _below(len(differences) - 1, -abs(float(np.mean(differences))) / spread.error(differences))


def p_equal(differences: Sequence[float], margin: float, spread: Spread) -> float:
    """Return p of two one-sided tests: how well it is shown that the true difference is within ± margin.

    P(T < (|mean| - margin) / error), with n - 1 degrees of freedom.    Schuirmann 1987, J. Pharmacokinet.
    Biopharm. 15(6)
    """
    return _below(len(differences) - 1, (abs(float(np.mean(differences))) - margin) / spread.error(differences))


def p_ahead(differences: Floats, spread: Spread) -> Floats:
    """Return p of one-sided paired t-tests: how well it is shown that a true difference is above 0.

    Args:
        differences: (..., n) within pairs; many arms are tested at once, since every two of a thousand are a million.
        spread: gives the standard error.

    Returns:
        (...)
    """
    from scipy import special

    n = differences.shape[-1]
    errors = np.maximum(np.std(differences, axis=-1, ddof=1), spread.floor) * math.sqrt(1 / n + spread.overlap)
    p_values: Floats = special.stdtr(n - 1, -np.mean(differences, axis=-1) / errors)
    return p_values


def _below(df: int, t: float) -> float:
    """Return the chance that Student's t is below this."""
    from scipy import special

    return float(special.stdtr(df, t))


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


def seeds_needed(difference: Estimate, *, level: float, floor: float) -> int | None:
    """Return the fewest pairs with which a new study shows the observed difference with chance POWER, if it is true.

    Power of the two-sided paired t-test: under the alternative t follows the noncentral distribution with n - 1 degrees
    of freedom and noncentrality mean / sd * sqrt(n).    Cohen 1988, Statistical Power Analysis, sec. 2.3

    Args:
        difference: as it was observed, of two pairs or more.
        level: of the test; where m arms are tested ALPHA / m, which is Holm's first step.
        floor: least standard deviation of a difference.

    Returns:
        None where MOST_SEEDS would not be enough.
    """
    if difference.sd is None:
        return None
    n = np.arange(2, MOST_SEEDS + 1)
    effect = abs(difference.mean) / max(difference.sd, floor)
    enough = np.flatnonzero(_power(effect, n, level) >= POWER)
    return int(n[enough[0]]) if len(enough) else None


def _power(effect: float, n: NDArray[np.int64], level: float) -> NDArray[np.float64]:
    """Return the chance to show an effect, in standard deviations of the difference, in its own direction."""
    from scipy import special

    critical = special.stdtrit(n - 1, 1 - level / 2)
    noncentrality = min(effect, 50.0) * np.sqrt(n)  # beyond 50 scipy gives nan
    power: NDArray[np.float64] = 1 - special.nctdtr(n - 1, noncentrality, critical)
    return power
