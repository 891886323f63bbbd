"""Each arm against the baseline: estimates over seeds, corrected p, verdict in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cnnlab.comparison.arms import ENDED, NO_RESULT, Arm, Run
from cnnlab.comparison.statistics import ALPHA, Estimate, estimate, holm, p_value, seeds_needed

BASELINE, BETTER, WORSE, NOT_SHOWN = "baseline", "better", "worse", "no difference shown"
ONE_SEED = "one seed: no verdict"
NO_PAIR = "no seed in common"
ALONE = "one arm: no verdict"


@dataclass(frozen=True)
class Result:
    """An arm and what may be said of it. Accuracies are in [0, 1]; None where there is nothing to say."""

    arm: Arm
    val: Estimate | None
    test: Estimate | None
    difference: Estimate | None
    """Test accuracy over the baseline's, over the seeds that both finished; None for the baseline."""
    p: float | None
    """Of the paired t-test, as it is; None where no test was made."""
    p_holm: float | None
    """The same, corrected for the number of arms that were tested."""
    verdict: str
    seconds: float | None
    """Mean seconds of training per run."""
    total_seconds: float | None
    """Mean seconds of a whole run."""

    @property
    def label(self) -> str:
        """Name of the arm."""
        return self.arm.label

    @property
    def num_pairs(self) -> int:
        """Seeds that this arm and the baseline finished."""
        return 0 if self.difference is None else self.difference.n

    @property
    def num_failed(self) -> int:
        """Runs that ended without a result."""
        return self.arm.count(*ENDED)

    @property
    def seeds_needed(self) -> int | None:
        """How many seeds would show the observed difference; None where it was shown, or more seeds would not help."""
        if self.verdict != NOT_SHOWN or self.difference is None:
            return None
        needed = seeds_needed(self.difference)
        return None if needed is None or needed <= self.difference.n else needed

    def figure(self, name: str) -> float | None:
        """Return a figure of summary.json that is the same in all runs, such as `parameters`."""
        found = [run.summary.get(name) for run in self.arm.finished]
        return found[0] if found else None


def compare(arms: Sequence[Arm], baseline: Arm) -> list[Result]:
    """Compare every arm's test accuracy with the baseline's, in the order of the arms."""
    num_test = next((run.num_test for arm in arms for run in arm.finished), None)
    results = [_measure(arm, baseline) for arm in arms]
    tested = [place for place, result in enumerate(results) if result.p is not None]
    corrected = holm([p for place in tested if (p := results[place].p) is not None])
    for place, p_holm in zip(tested, corrected):
        results[place] = replace(results[place], p_holm=p_holm)
    if len(arms) == 1:
        return [replace(results[0], verdict=_judge_alone(baseline))]
    return [replace(result, verdict=_judge(result, baseline, num_test)) for result in results]


def _measure(arm: Arm, baseline: Arm) -> Result:
    difference = None if arm is baseline else _paired(arm, baseline)
    # The seeds that an arm survives are chosen by the outcome: no test is made on them.
    p = None if difference is None or arm.count("diverged") else p_value(difference)
    return Result(
        arm=arm,
        val=_over_seeds([run.accuracy("val") for run in arm.finished]),
        test=_over_seeds([run.accuracy("test") for run in arm.finished]),
        difference=difference,
        p=p,
        p_holm=None,
        verdict="",
        seconds=_mean([run.seconds("train") for run in arm.finished]),
        total_seconds=_mean([run.seconds("total") for run in arm.finished]),
    )


def _paired(arm: Arm, baseline: Arm) -> Estimate | None:
    """Return the mean difference within seeds; runs of one seed share data order, augmentation and subsets."""
    ours, theirs = _by_seed(arm.finished), _by_seed(baseline.finished)
    return _over_seeds([ours[seed] - theirs[seed] for seed in ours if seed in theirs])


def _by_seed(runs: Sequence[Run]) -> dict[str, float]:
    return {run.seed: accuracy for run in runs if (accuracy := run.accuracy("test")) is not None}


def _over_seeds(values: Sequence[float | None]) -> Estimate | None:
    known = [value for value in values if value is not None]
    return estimate(known) if known else None


def _mean(values: Sequence[float | None]) -> float | None:
    found = _over_seeds(values)
    return None if found is None else found.mean


def _judge_alone(arm: Arm) -> str:
    """Say how the only arm stands: there is nothing that it could be a baseline of."""
    if arm.count("diverged"):
        return _diverged(arm)
    return ALONE if arm.finished else _without_result(arm)


def _diverged(arm: Arm) -> str:
    return "diverged" if len(arm.runs) == 1 else f"diverged in {arm.count('diverged')} of {len(arm.runs)}"


def _judge(result: Result, baseline: Arm, num_test: int | None) -> str:
    arm, difference = result.arm, result.difference
    if arm.count("diverged"):
        return f"{BASELINE}, {arm.count('diverged')} diverged" if arm is baseline else _diverged(arm)
    if not arm.finished:
        return _without_result(arm)
    if arm is baseline:
        return BASELINE
    if difference is None:
        return NO_PAIR
    if difference.n == 1:
        return ONE_SEED
    if not difference.has_spread or is_under_one_image(difference, num_test):
        return NOT_SHOWN
    if result.p_holm is None or result.p_holm >= ALPHA:
        return NOT_SHOWN
    return BETTER if difference.mean > 0 else WORSE


def is_under_one_image(difference: Estimate, num_test: int | None) -> bool:
    """Tell whether a difference is smaller than what one test image weighs."""
    return num_test is not None and abs(difference.mean) < (1 - 1e-6) / num_test


def _without_result(arm: Arm) -> str:
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
