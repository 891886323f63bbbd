"""Verdicts in words, and what may be said of each arm; which arm validation would choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnnlab.comparison.arms import ENDED, NO_RESULT, Arm
from cnnlab.comparison.statistics import Estimate

BASELINE, BETTER, WORSE, NOT_SHOWN = "baseline", "better", "worse", "no difference shown"
EQUAL, STOPPED, OPEN = "equal within margin", "stopped, none shown", "not decided yet"
BEST, MAY_BE_BEST, RULED_OUT = "best", "may be best", "ruled out"
ALONE = "one arm: no verdict"


@dataclass(frozen=True)
class Result:
    """An arm and what may be said of it. Accuracies are in [0, 1]; None where there is nothing to say."""

    arm: Arm
    val: Estimate | None
    test: Estimate | None
    difference: Estimate | None
    """Test accuracy over the reference's, over the seeds that were compared; None for the reference."""
    p: float | None
    """Of the test, as it is, at `look`; None where no test was made."""
    p_holm: float | None
    """The same, corrected for the number of arms and looks; of a best set by K - 1, else by Holm."""
    look: int | None
    """Seeds of the look that says most; None where no test was made."""
    decided_at: int | None
    """Seeds at which the verdict fell; None where it is open, or the study has a fixed number of seeds."""
    verdict: str
    ruled_out_by: str | None
    """Label of the arm that is ahead of this one, where the question is which is best."""
    seconds: float | None
    """Mean seconds of training per run."""
    total_seconds: float | None
    """Mean seconds for which a whole run kept the machine busy: several at once share it."""

    @property
    def label(self) -> str:
        """Name of the arm."""
        return self.arm.label

    @property
    def num_pairs(self) -> int:
        """Seeds over which this arm and the reference were compared."""
        return 0 if self.difference is None else self.difference.n

    @property
    def num_failed(self) -> int:
        """Runs that ended without a result."""
        return self.arm.count(*ENDED)

    def figure(self, name: str) -> float | None:
        """Return a figure of summary.json that is the same in all runs, such as `parameters`."""
        found = [run.summary.get(name) for run in self.arm.finished]
        return found[0] if found else None


def verdict_alone(arm: Arm) -> str:
    """Say how the only arm stands: there is nothing that it could be compared with."""
    if arm.count("diverged"):
        return diverged(arm)
    return ALONE if arm.finished else without_result(arm)


def diverged(arm: Arm) -> str:
    """Say how many of its runs diverged."""
    return "diverged" if len(arm.runs) == 1 else f"diverged in {arm.count('diverged')} of {len(arm.runs)}"


def without_result(arm: Arm) -> str:
    """Name the gravest of its runs' states."""
    state = next(state for state in NO_RESULT if arm.count(state))
    return state if len(arm.runs) == 1 else f"{state} in {arm.count(state)} of {len(arm.runs)}"


def rank(results: Sequence[Result]) -> list[Result]:
    """Sort by validation accuracy, the best first, equal ones as typed; arms without one come last, in their order."""
    return sorted(results, key=lambda result: (result.val is None, -_validation(result)))


def best_by_validation(results: Sequence[Result]) -> Result | None:
    """Return the arm that validation would choose, of equal ones the first typed; None where nothing was validated.

    Never one that diverged. Of a single arm nothing is chosen.
    """
    return next(iter(tied_by_validation(results)), None)


def tied_by_validation(results: Sequence[Result]) -> list[Result]:
    """Return every arm that validation could choose as well as the best, the best included, as typed."""
    known = [result for result in results if result.val is not None and result.test is not None]
    eligible = [result for result in known if not result.arm.count("diverged")]
    if len(results) < 2 or not eligible:
        return []
    highest = max(map(_validation, eligible))
    return [result for result in eligible if _validation(result) == highest]


def _validation(result: Result) -> float:
    """Return the mean validation accuracy, rounded: a sum of equal numbers in another order may end in other bits."""
    return 0.0 if result.val is None else round(result.val.mean, 9)
