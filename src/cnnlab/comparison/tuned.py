"""A comparison of tuned arms: what each of them chose, at what price, and what they are like untuned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from cnnlab.base.texts import first_names, quantity
from cnnlab.comparison.arms import Arm, ReadRun, arms_of, find_arm
from cnnlab.comparison.beforehand import Beforehand
from cnnlab.comparison.headline import headline
from cnnlab.comparison.judging import Answer, Question, answer, question_of, spread_of
from cnnlab.comparison.labels import MISSING, Names, listed, percent, plus_minus, short_keys
from cnnlab.comparison.statistics import Estimate, estimate_difference
from cnnlab.comparison.verdicts import Result
from cnnlab.outputs.fair_tuning import FairTuning, TunedArm, read_fair, read_untuned
from cnnlab.outputs.study_folder import StudyFolder

_COLUMNS = (
    "trials", "trials_finished", "chosen", "chosen_val_accuracy", "at_edge", "untuned_n", "untuned_mean",
    "untuned_ci_low", "untuned_ci_high", "gain", "gain_low", "gain_high", "untuned_verdict",
)  # fmt: skip


@dataclass(frozen=True)
class _Beside:
    """An arm before and after."""

    name: str
    cell: str
    tuned: Result
    how: TunedArm
    untuned: Result | None
    """None where there are no such runs."""
    gain: Estimate | None
    """Test accuracy that tuning has brought, seed by seed."""


def tuned_before(
    folder: StudyFolder, found: Answer, question: Question, names: Names, cells: Names, *, heading: str,
    read: ReadRun | None = None,
) -> Beforehand | None:  # fmt: skip
    """Return how the arms of a study were tuned; None where they were not.

    Args:
        folder: of the study.
        found: of its tuned arms.
        question: that they answer.
        names: of the arms in sentences.
        cells: of the arms in a table.
        heading: over these.
        read: reads a run; None: from its files.
    """
    tuning = read_fair(folder)
    if tuning is None:
        return None
    known = {result.arm.name for result in found.results}
    untuned = [arm for arm in arms_of(read_untuned(folder), folder, read) if arm.name in known]
    arms = [arm for arm in untuned if arm.finished]
    before = _answered(arms, question) if arms else None
    beside = _beside(found, before[0] if before else None, tuning, question, names, cells)
    return Beforehand(
        title="Tuning",
        sentence=_sentence(tuning),
        rows=[_header(heading), *(_row(one, tuning) for one in beside)],
        notes=[
            *_notes(beside),
            *_missing(beside, {arm.name for arm in untuned}),
            *([_changed(found, question, before, names)] if before and _can_answer(arms, question) else []),
        ],
        columns=_COLUMNS,
        cells={one.tuned.arm.name: dict(zip(_COLUMNS, _csv(one))) for one in beside},
        chosen=_keys(tuning),
    )


def _answered(arms: Sequence[Arm], question: Question) -> tuple[Answer, Question]:
    """Ask of untuned arms what is asked of the tuned ones, over a fixed number of seeds."""
    wanted = question.baseline if _can_answer(arms, question) else None
    baseline = None if wanted is None else find_arm(arms, wanted.name)
    asked = question_of(arms, baseline, margin=question.margin, plan=None)
    return answer(arms, asked), asked


def _can_answer(arms: Sequence[Arm], question: Question) -> bool:
    """Tell whether there are two of them, and the baseline where there is one."""
    wanted = [] if question.baseline is None else [question.baseline.name]
    return len(arms) > 1 and {arm.name for arm in arms}.issuperset(wanted)


def _beside(
    found: Answer, before: Answer | None, tuning: FairTuning, question: Question, names: Names, cells: Names
) -> list[_Beside]:
    how = {arm.arm: arm for arm in tuning.arms}
    untuned = {} if before is None else {result.arm.name: result for result in before.results}
    return [
        _Beside(
            names[result.label],
            cells[result.label],
            result,
            how.get(result.arm.name, TunedArm(result.arm.name)),
            (other := untuned.get(result.arm.name)),
            None if other is None else _gain(result.arm, other.arm, question),
        )
        for result in found.results
    ]


def _gain(tuned: Arm, untuned: Arm, question: Question) -> Estimate | None:
    before = {run.unit: run.accuracy("test") for run in untuned.finished}
    pairs = [(run.accuracy("test"), before.get(run.unit)) for run in tuned.finished]
    gains = [after - was for after, was in pairs if after is not None and was is not None]
    return estimate_difference(gains, spread_of([tuned, untuned], question)) if gains else None


def _sentence(tuning: FairTuning) -> str:
    (epochs, *more) = {arm.epochs for arm in tuning.arms} or {None}
    each = "" if more or epochs is None else f" of {quantity(epochs, 'epoch')}"
    return (
        f"Each arm was first tuned with {quantity(tuning.trials, 'trial')}{each}, on validation alone "
        f"({' '.join(tuning.space)}); no trial had a seed of this comparison."
    )


def _header(heading: str) -> tuple[str, ...]:
    return (heading, "chose", "untuned %", "tuned %", "gain", "val %", "trials x epochs", "finished")


def _row(one: _Beside, tuning: FairTuning) -> tuple[str, ...]:
    how, num = one.how, sum(one.how.ended.values())
    return (
        one.cell,
        _chose(how, tuning),
        plus_minus(None if one.untuned is None else one.untuned.test),
        plus_minus(one.tuned.test),
        plus_minus(one.gain, signed=True),
        percent(how.val_accuracy),
        f"{num} x {how.epochs}" if num and how.epochs is not None else str(num or MISSING),
        f"{how.ended.get('finished', 0)} of {num}" if num else MISSING,
    )


def _keys(tuning: FairTuning) -> list[str]:
    """Return the keys that were searched."""
    return [word.partition("=")[0] for word in tuning.space]


def _chose(how: TunedArm, tuning: FairTuning) -> str:
    keys = _keys(tuning)
    short = dict(zip(keys, short_keys(keys)))
    marks = dict.fromkeys(how.edges, " (edge)")
    values = [f"{short.get(key, key)}={value}{marks.get(key, '')}" for key, value in how.values.items()]
    return ", ".join(values) or MISSING


def _notes(beside: Sequence[_Beside]) -> Iterator[str]:
    """Yield what has to be said of single arms."""
    edges = [
        f"{one.name} ({key}={one.how.values[key]} of {written})"
        for one in beside
        for key, written in one.how.edges.items()
        if key in one.how.values
    ]
    if edges:
        yield f"At the edge of the space: {listed(edges)}: widen it."
    lacking: dict[str, list[str]] = {}
    for one in beside:
        for key in one.how.without if one.how.is_tuned else ():
            lacking.setdefault(key, []).append(one.name)
    yield from (f"{key} was left out for {listed(who)}: there is no such key." for key, who in lacking.items())
    if untuned := [one.name for one in beside if not one.how.is_tuned]:
        yield f"Not tuned: {listed(untuned)}, with no key of the space."
    if empty := [one.name for one in beside if one.how.is_tuned and not one.how.values]:
        yield f"No trial of {listed(empty)} has a result: compared as typed."
    if lost := [f"{one.name} ({_lost(one.how.ended)})" for one in beside if set(one.how.ended) - {"finished"}]:
        yield f"Trials without a result: {first_names(lost)}."


def _lost(ended: Mapping[str, int]) -> str:
    return listed([f"{num} {status}" for status, num in ended.items() if status != "finished"])


def _missing(beside: Sequence[_Beside], asked: Set[str]) -> Iterator[str]:
    """Yield which arms cannot be looked at untuned, and what trains those that were not to be trained so."""
    without = [one for one in beside if one.untuned is None]
    if without and not asked:
        yield "Untuned, these arms have no runs over these seeds; untuned=true trains them."
    elif without:
        has = "has" if len(without) == 1 else "have"
        remedy = "" if asked >= {one.tuned.arm.name for one in without} else "; untuned=true trains them"
        yield f"Untuned, {listed([one.name for one in without])} {has} no finished run over these seeds{remedy}."


def _changed(found: Answer, question: Question, before: tuple[Answer, Question], names: Names) -> str:
    """Say what the same arms answer untuned."""
    said, untuned = headline(found, question, names), headline(*before, names)
    if said == untuned:
        return f"Untuned, the answer is the same: {untuned}"
    return f"Tuning changes the answer. Untuned: {untuned} Tuned: {said}"


def _csv(one: _Beside) -> tuple[object, ...]:
    how, untuned = one.how, None if one.untuned is None else one.untuned.test
    gain = one.gain
    return (
        sum(how.ended.values()), how.ended.get("finished", 0),
        " ".join(f"{key}={value}" for key, value in how.values.items()), how.val_accuracy, " ".join(how.edges),
        0 if untuned is None else untuned.n, *_ends(untuned), *_ends(gain),
        None if one.untuned is None else one.untuned.verdict,
    )  # fmt: skip


def _ends(estimate: Estimate | None) -> tuple[float | None, ...]:
    return (None,) * 3 if estimate is None else (estimate.mean, estimate.low, estimate.high)
