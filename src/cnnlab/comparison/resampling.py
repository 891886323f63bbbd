"""What runs of one arm repeat: seeds on one split, or the folds of a cross-validation; and what a verdict covers.

Folds share training images, so a t-test as over seeds, which takes runs for independent, claims too much. The corrected
resampled t-test takes, over n of K folds,

    t = mean / sqrt((1 / n + 1 / (K - 1)) variance)    n - 1 degrees of freedom
                                                       Nadeau & Bengio 2003, Machine Learning 52(3)

where 1 / (K - 1) is a fold's images per image of all others. It is an approximation: no estimate of the variance of a
cross-validation is free of bias (Bengio & Grandvalet 2004, J. Mach. Learn. Res. 5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnnlab.comparison.arms import Arm
from cnnlab.comparison.statistics import Spread

_DRAWS = "initial weights, data order and augmentation"
_SOURCE = "(sources of variation: Bouthillier et al. 2021)"
_SUBSETS = ("dataset.per_class", "dataset.fraction")


@dataclass(frozen=True)
class Repeats:
    """What the runs of an arm repeat, and the words for it."""

    noun: str
    """seed, or fold."""
    test: str
    """Name of the test of a mean over them."""
    pairing: str
    """What pairs runs of two arms, as a sentence."""
    covers: str
    """Which sources of variation a verdict is about, as a sentence."""
    folds: int | None = None
    """Into which the whole set is cut; None: no cross-validation."""

    def spread(self, floor: float) -> Spread:
        """Return how far a mean of differences can be trusted.

        Args:
            floor: least standard deviation of a difference.
        """
        return Spread(floor, 0.0 if self.folds is None else 1 / (self.folds - 1))

    def counted(self, number: int) -> str:
        """Return so many of them in words."""
        return f"{number} {self.noun}s" if number > 1 else f"one {self.noun}"


def repeats_of(arms: Sequence[Arm]) -> Repeats:
    """Return what the runs of these arms repeat; of all arms it is the same, or they are not compared."""
    settings = next((arm.settings for arm in arms if arm.settings), {})
    folds = settings.get("dataset.folds", "")
    if folds.isdecimal() and int(folds) > 1:
        return _over_folds(int(folds))
    has_subsets = any(key in arm.settings for arm in arms for key in _SUBSETS)
    return _over_seeds(varies_splits=settings.get("dataset.split_seed") == "seed", has_subsets=has_subsets)


def _over_seeds(*, varies_splits: bool, has_subsets: bool) -> Repeats:
    if varies_splits:
        covered, fixed = f"{_DRAWS}, and which images train and validate", "test split"
    else:
        covered, fixed = _DRAWS + (", and which subset of images trains" if has_subsets else ""), "split of the images"
    return Repeats(
        noun="seed",
        test="paired t-test",
        pairing="Runs of one seed share initial weights where modules agree, data order and augmentation, so they are "
        "paired.",
        covers=f"A verdict covers {covered}; all runs share one {fixed} {_SOURCE}.",
    )


def _over_folds(folds: int) -> Repeats:
    return Repeats(
        noun="fold",
        test="corrected resampled t-test",
        pairing="Runs of one fold share its images, so they are paired. Folds share training images: over n folds the "
        f"variance of a mean is taken as 1/n + 1/{folds - 1} times theirs, not 1/n, which is an approximation (Nadeau "
        "and Bengio 2003).",
        covers=f"A verdict covers which images train, validate and test; {_DRAWS} are drawn by one seed for all folds "
        f"{_SOURCE}.",
        folds=folds,
    )
