"""Judging arms: read their accuracies, ask the question that the study asks, write the answer as a result an arm.

Two questions are asked. Without a baseline: which arm is the best? With one, or of two arms: does each differ from it?
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cnnlab.comparison.arms import Arm
from cnnlab.comparison.best_set import BestSet, best_set, lead
from cnnlab.comparison.looks import shares
from cnnlab.comparison.paired import Judged, State, judge
from cnnlab.comparison.resampling import Repeats, repeats_of
from cnnlab.comparison.statistics import Spread, estimate, estimate_difference
from cnnlab.comparison.verdicts import (
    BASELINE,
    BEST,
    BETTER,
    EQUAL,
    MAY_BE_BEST,
    NOT_SHOWN,
    OPEN,
    RULED_OUT,
    STOPPED,
    WORSE,
    Result,
    diverged,
    verdict_alone,
    without_result,
)
from cnnlab.outputs.study_folder import SeedPlan

_APART = ("refused", "failed", "damaged", "diverged", "died")
"""Ends of a run that leave its arm out where the best is asked for: the seeds that it survives are chosen by them."""
_NO_FLOOR = 1e-9  # an accuracy's rounding, where the number of test images is not known


@dataclass(frozen=True)
class Question:
    """What is asked of the arms, and how it was declared to be decided."""

    baseline: Arm | None
    """Compared with every other arm; None: which is the best is asked."""
    repeats: Repeats
    """What the runs of an arm repeat."""
    margin: float | None = None
    """Difference up to which arms count as equal, in [0, 1]; None: nothing is called equal."""
    plan: SeedPlan | None = None
    """Of a study that adds seeds until it is decided; None: the number of seeds is fixed."""

    @property
    def looks(self) -> tuple[int, ...] | None:
        """Numbers of seeds at which the study is looked at; None: once, over all seeds."""
        return None if self.plan is None else self.plan.looks


@dataclass(frozen=True)
class Answer:
    """What came of it, arms in the order typed."""

    results: Sequence[Result]
    reference: Result
    """The arm that differences are to: the baseline, or the one with the highest mean test accuracy."""
    best: BestSet | None
    """Labels of the arms that may be the best; None where a baseline was asked about."""
    lead: float | None
    """How far the only arm left is ahead of every other at least, in [0, 1]; None where several are left."""
    is_over: bool
    """Whether more seeds of the same study would answer nothing more, or none are planned."""


def question_of(arms: Sequence[Arm], baseline: Arm | None, *, margin: float | None, plan: SeedPlan | None) -> Question:
    """Return what is asked: of one or two arms the first is the baseline where none is named."""
    return Question(arms[0] if baseline is None and len(arms) < 3 else baseline, repeats_of(arms), margin, plan)


def answer(arms: Sequence[Arm], question: Question) -> Answer:
    """Compare the test accuracies of the arms as the question wants it."""
    if len(arms) == 1:
        (result,) = [replace(_measured(arm, question), verdict=verdict_alone(arm)) for arm in arms]
        return Answer([result], result, None, None, is_over=True)
    spread = spread_of(arms, question)
    if question.baseline is None:
        return _which_is_best(arms, question, spread)
    return _against(question.baseline, arms, question, spread)


def spread_of(arms: Sequence[Arm], question: Question) -> Spread:
    """Return how far what is measured of these arms, and differences between them, can be trusted."""
    num_test = min((run.num_test for arm in arms for run in arm.finished if run.num_test is not None), default=None)
    return question.repeats.spread(_NO_FLOOR if num_test is None else 1 / num_test)


def can_be_best(arm: Arm) -> bool:
    """Tell whether all its runs that ended have a result: else the seeds that it survives are chosen by the outcome."""
    return not arm.count(*_APART)


def _measured(arm: Arm, question: Question) -> Result:
    """Return what can be said of an arm alone."""

    def mean(values: Sequence[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return sum(known) / len(known) if known else None

    val, test = ([a for run in arm.finished if (a := run.accuracy(split)) is not None] for split in ("val", "test"))
    return Result(
        arm=arm,
        val=estimate(val, question.repeats.spread(_NO_FLOOR)) if val else None,
        test=estimate(test, spread_of([arm], question)) if test else None,  # equal runs are no certainty
        difference=None,
        p=None,
        p_holm=None,
        look=None,
        decided_at=None,
        verdict="",
        ruled_out_by=None,
        seconds=mean([run.seconds("train") for run in arm.finished]),
        total_seconds=mean([run.machine_seconds for run in arm.finished]),
    )


def _accuracies(arm: Arm) -> dict[str, float]:
    """Return seed or fold -> test accuracy; runs of one share data order, augmentation and images."""
    return {run.unit: accuracy for run in arm.finished if (accuracy := run.accuracy("test")) is not None}


def in_order(arms: Sequence[Arm], plan: SeedPlan | None) -> dict[str, list[float]]:
    """Return what can be compared: accuracies of a plan as far as an arm goes without a gap, else of common seeds."""
    of_arms = {arm.label: _accuracies(arm) for arm in arms}
    if plan is None:
        common = [seed for seed in next(iter(of_arms.values()), {}) if all(seed in own for own in of_arms.values())]
        return {label: [own[seed] for seed in common] for label, own in of_arms.items()}
    return {label: _without_gap(own, plan.seeds) for label, own in of_arms.items()}


def _without_gap(own: Mapping[str, float], seeds: Sequence[str]) -> list[float]:
    reached = next((place for place, seed in enumerate(seeds) if seed not in own), len(seeds))
    return [own[seed] for seed in seeds[:reached]]


def _against(baseline: Arm, arms: Sequence[Arm], question: Question, spread: Spread) -> Answer:
    others = [arm for arm in arms if arm is not baseline]
    pairs = {arm.label: _pairs(arm, baseline, question.plan) for arm in others}
    # The seeds that an arm survives are chosen by the outcome: no test is made on them. A plan waits for no gap.
    out = ("diverged",) if question.plan is None else _APART
    tested = {arm.label: pairs[arm.label] for arm in others if not arm.count(*out) and len(pairs[arm.label]) > 1}
    num_tested = len(others) if question.plan is not None else len(tested)
    found = judge(tested, question.looks, num_tested=num_tested, spread=spread, margin=question.margin)
    results = [
        _result_against(arm, baseline, pairs.get(arm.label, []), found.get(arm.label), question, spread) for arm in arms
    ]
    reference = next(result for result in results if result.arm is baseline)
    is_over = question.plan is None or baseline.count(*_APART) > 0 or _is_over(others, found, question.plan)
    return Answer(results, reference, None, None, is_over)


def _pairs(arm: Arm, baseline: Arm, plan: SeedPlan | None) -> list[float]:
    """Return the differences within seeds."""
    ours, theirs = _accuracies(arm), _accuracies(baseline)
    differences = {seed: ours[seed] - theirs[seed] for seed in ours if seed in theirs}
    return list(differences.values()) if plan is None else _without_gap(differences, plan.seeds)


def _is_over(others: Sequence[Arm], found: Mapping[str, Judged], plan: SeedPlan) -> bool:
    """Tell whether no arm is open that could get more seeds."""

    def is_open(arm: Arm) -> bool:
        judged = found.get(arm.label)
        return judged is None or (judged.state is State.OPEN and judged.seeds < plan.looks[-1])

    return not any(is_open(arm) for arm in others if not arm.count(*_APART))


def _result_against(
    arm: Arm, baseline: Arm, pairs: Sequence[float], judged: Judged | None, question: Question, spread: Spread
) -> Result:
    result = _measured(arm, question)
    if judged is None:
        difference = estimate_difference(pairs, spread) if pairs else None
        return replace(result, difference=difference, verdict=_untested(arm, baseline, pairs, question))
    share = 1.0 if question.plan is None else _share_at(judged.seeds, question.plan)
    is_over = question.plan is None or judged.seeds >= question.plan.looks[-1]
    return replace(
        result,
        difference=estimate_difference(pairs[: judged.seeds], spread, share=share),
        p=judged.look.p,
        p_holm=judged.p_holm,
        look=judged.look.n,
        decided_at=judged.seeds if judged.is_decided and question.plan is not None else None,
        verdict=without_result(arm)
        if not arm.finished
        else _WORDS.get(judged.state) or (NOT_SHOWN if is_over else OPEN),
    )


_WORDS = {State.BETTER: BETTER, State.WORSE: WORSE, State.EQUAL: EQUAL, State.STOPPED: STOPPED}


def _share_at(seeds: int, plan: SeedPlan) -> float:
    return dict(zip(plan.looks, shares(len(plan.looks))))[seeds]


def _untested(arm: Arm, baseline: Arm, pairs: Sequence[float], question: Question) -> str:
    if arm.count("diverged"):
        return f"{BASELINE}, {arm.count('diverged')} diverged" if arm is baseline else diverged(arm)
    if not arm.finished or (question.plan is not None and arm.count(*_APART)):
        return without_result(arm)
    if arm is baseline:
        return BASELINE
    if not pairs:
        return f"no {question.repeats.noun} in common"
    return _one(question) if question.plan is None else OPEN


def _one(question: Question) -> str:
    return f"one {question.repeats.noun}: no verdict"


def _which_is_best(arms: Sequence[Arm], question: Question, spread: Spread) -> Answer:
    compared = [arm for arm in arms if arm.finished and can_be_best(arm)]
    accuracies = in_order(compared, question.plan)
    fewest = min(map(len, accuracies.values()), default=0)
    looks = question.looks or ((fewest,) if fewest > 1 else ())
    if len(compared) < 2:
        looks = ()  # an arm is no better than others that have no result
    found = best_set(accuracies, looks, num_arms=len(arms), spread=spread, margin=question.margin)
    measured = {arm.label: _measured(arm, question) for arm in arms}
    reference = _highest(found.alive if found.seeds else list(accuracies), accuracies, found.seeds or fewest, measured)
    is_over = question.plan is None or found.is_over or len(compared) < 2
    results = [
        _result_of_best(measured[arm.label], accuracies, found, reference, is_over, question, len(arms), spread)
        for arm in arms
    ]
    first = next(result for result in results if result.label == reference)
    ahead = (
        lead(accuracies, found, num_arms=len(arms), spread=spread) if len(found.alive) == 1 and found.seeds else None
    )
    return Answer(results, first, found, ahead, is_over)


def _highest(
    labels: Sequence[str], accuracies: Mapping[str, Sequence[float]], seeds: int, measured: Mapping[str, Result]
) -> str:
    """Return the arm with the highest mean over these seeds, of equal ones the first typed."""
    if labels and seeds:
        return max(labels, key=lambda label: sum(accuracies[label][:seeds]))
    return max(measured, key=lambda label: -1.0 if (test := measured[label].test) is None else test.mean)


def _result_of_best(
    result: Result, accuracies: Mapping[str, Sequence[float]], found: BestSet, reference: str, is_over: bool,
    question: Question, num_arms: int, spread: Spread,
) -> Result:  # fmt: skip
    arm, label = result.arm, result.label
    if label not in accuracies or not found.seeds:
        return replace(result, verdict=_not_compared(arm, label in accuracies, question))
    out, near = found.ruled_out.get(label), found.nearest.get(label)
    most = out or near
    seeds = found.seeds if out is None else out.look.n
    is_alone = found.alive == (label,)
    share = 1.0 if question.plan is None else _share_at(seeds, question.plan)
    own, theirs = accuracies[label][:seeds], accuracies[reference][:seeds]
    pairs = [ours - other for ours, other in zip(own, theirs)]
    return replace(
        result,
        difference=None if label == reference else estimate_difference(pairs, spread, share=share),
        p=None if most is None else most.look.p,
        p_holm=None if most is None else min(1.0, most.look.corrected * (num_arms - 1)),
        look=None if most is None else most.look.n,
        decided_at=seeds if question.plan is not None and (out is not None or (is_over and is_alone)) else None,
        verdict=RULED_OUT if out is not None else BEST if is_alone else MAY_BE_BEST,
        ruled_out_by=None if out is None else out.by,
    )


def _not_compared(arm: Arm, can_be: bool, question: Question) -> str:
    if arm.count("diverged"):
        return diverged(arm)
    if not can_be:
        return without_result(arm)
    if question.plan is not None:
        return OPEN
    return _one(question) if len(arm.finished) == 1 else f"no {question.repeats.noun} in common"


def arms_left(answer: Answer) -> set[str]:
    """Return the names of the arms that need more seeds, the baseline included; none at the end of a study."""
    if answer.is_over:
        return set()
    if answer.best is not None:
        return {result.arm.name for result in answer.results if result.label in answer.best.alive}
    is_open = [result for result in answer.results if result.verdict == OPEN]
    return {result.arm.name for result in (answer.reference, *is_open)} if is_open else set()
