"""How far probabilities can be believed: reliability diagrams and their one number, the expected calibration error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnlab.base.metrics import Floats, Ints

BINS = 15
"""As in Guo et al. 2017, sec. 4."""
RESAMPLES = 1000
_SEED = 0  # of the resamples: the same answers have the same interval

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Bin:
    """Answers of about the same confidence."""

    low: float
    high: float
    count: int
    confidence: float
    """Their mean, in [0, 1]."""
    accuracy: float
    """The share of right ones, in [0, 1]."""


@dataclass(frozen=True)
class Reliability:
    """Confidence against accuracy, in bins; those without answers are left out.

    ece = sum_b n_b / n |accuracy_b - confidence_b|    Naeini et al. 2015; Guo et al. 2017, eq. 3
    """

    bins: tuple[Bin, ...]
    ece: float
    """In [0, 1]; it is above 0 by chance alone, the more so the fewer the answers."""
    low: float
    """Of the 95 % percentile interval over RESAMPLES resamples of the answers, into the same bins."""
    high: float


def equal_width(confidence: Floats, is_right: Bools) -> Reliability:
    """Return the reliability over BINS bins of equal width: how sure answers are says in which bin they are.

    Shape:
        confidence (N,) in [0, 1], is_right (N,), N > 0.
    """
    return _over(np.linspace(0.0, 1.0, BINS + 1), confidence, is_right)


def equal_mass(confidence: Floats, is_right: Bools) -> Reliability:
    """Return the reliability over BINS bins of as many answers each, fewer where answers are equally sure.

    Where most answers are nearly certain, bins of equal width put nearly all of them into one.

    Shape:
        confidence (N,) in [0, 1], is_right (N,), N > 0.
    """
    return _over(np.unique(np.quantile(confidence, np.linspace(0.0, 1.0, BINS + 1))), confidence, is_right)


def _over(edges: Floats, confidence: Floats, is_right: Bools) -> Reliability:
    """Return the reliability over bins (low, high]; the first one holds its lower edge too."""
    number = max(1, len(edges) - 1)
    place = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, number - 1)
    gaps = is_right - confidence
    resampled = _resampled(len(gaps), lambda chosen: _ece(place[chosen], gaps[chosen], number))
    low, high = np.percentile(resampled, (2.5, 97.5))
    bins = [_bin(edges, b, confidence[place == b], is_right[place == b]) for b in np.unique(place).tolist()]
    return Reliability(tuple(bins), _ece(place, gaps, number), float(low), float(high))


def _bin(edges: Floats, number: int, confidence: Floats, is_right: Bools) -> Bin:
    low, high = float(edges[number]), float(edges[min(number + 1, len(edges) - 1)])
    return Bin(low, high, len(confidence), float(confidence.mean()), float(is_right.mean()))


def _ece(place: Ints, gaps: Floats, number: int) -> float:
    """Return the expected calibration error: in a bin, n |accuracy - confidence| is the size of its sum of gaps."""
    return float(np.abs(np.bincount(place, gaps, number)).sum() / len(gaps))


def _resampled(size: int, statistic: Callable[[Ints], float]) -> Floats:
    draw = np.random.default_rng(_SEED)
    return np.array([statistic(draw.integers(size, size=size)) for _ in range(RESAMPLES)])
