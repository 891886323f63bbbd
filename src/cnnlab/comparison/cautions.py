"""What a reader has to know before believing a comparison: each caution is a sentence, or nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence

from cnnlab.base.texts import first_names, quantity
from cnnlab.comparison.arms import ENDED, Arm, Run
from cnnlab.comparison.judging import Answer, Question
from cnnlab.comparison.labels import Names, percent
from cnnlab.comparison.presets import preset
from cnnlab.comparison.verdicts import RULED_OUT, WORSE, Result, best_by_validation, tied_by_validation
from cnnlab.outputs.run_folder import SCHEMA
from cnnlab.outputs.study_folder import Study

BUDGET = ("epochs", "max_minutes", "patience", "min_delta", "stop_below_loss", "dataset.per_class", "dataset.fraction")
"""Settings that say how much an arm may learn from."""
ENVIRONMENT = {
    "precision": "precision", "device": "device", "device_name": "processor", "threads": "threads",
    "compile": "torch.compile", "cnnlab": "version of cnnlab", "torch": "version of torch",
}  # fmt: skip
"""Keys of env.json that should be the same in all runs, and their names."""
RATE = "optimizer.lr"
TUNED = "'fair=optimizer.lr=log(1e-4,1)' trials=12"
"""Words that tune the rate of every arm before arms are compared."""
ENOUGH_SEEDS = 5
"""With fewer, arms that fail now and then look different by chance alone (docs/statistics.md)."""


def cautions(
    answer: Answer, question: Question, study: Study, names: Names, *, chosen: Collection[str] = ()
) -> list[str]:
    """Return everything that speaks against taking the verdict as it is.

    Args:
        answer: what was found.
        question: that was asked.
        study: that asks it.
        names: of the arms in sentences.
        chosen: settings that were tuned for each arm: none has to do with that of another, equal as they may be.
    """
    results, reference = answer.results, answer.reference
    arms = [result.arm for result in results]
    found = [*_of_looks(answer, question, study, names)]
    checks = [check for check in CHECKS if check is not _shared_rate or RATE not in chosen]
    found += [text for check in checks if (text := check(arms, names)) is not None]
    if (
        question.baseline is not None
        and len(results) > 1
        and reference.arm.count("diverged")
        and reference.arm.finished
    ):
        found.append(
            f"The baseline {names[reference.label]} diverged in {reference.arm.count('diverged')} of "
            f"{len(reference.arm.runs)} runs; differences are over the seeds that it survived, which flatters it."
        )
    tied = tied_by_validation(results)
    if len(tied) > 1 and tied[0].val is not None:
        found.append(
            f"A tie by validation at {percent(tied[0].val.mean)} %: {first_names([names[one.label] for one in tied])}. "
            "The first of them as typed is marked."
        )
    return [*found, *_of_validation(results, names), *_of_test_set(answer, question)]


def _of_validation(results: Sequence[Result], names: Names) -> list[str]:
    """Say so where validation would choose an arm that the test accuracies speak against."""
    chosen = best_by_validation(results)
    if chosen is None or chosen.verdict not in (RULED_OUT, WORSE):
        return []
    return [f"Validation would choose {names[chosen.label]}, which is {chosen.verdict} on test."]


def _of_looks(answer: Answer, question: Question, study: Study, names: Names) -> list[str]:
    """Say what is known of when the study was looked at, and of runs that are still missing."""
    seeds = max((result.num_pairs for result in answer.results), default=0)
    told = []
    if 1 < seeds < ENOUGH_SEEDS:
        told.append(
            f"Fewer than {ENOUGH_SEEDS} {question.repeats.noun}s: "
            "where training sometimes fails, chance alone can look like this."
        )
    if any(before < seeds for before in study.looked_at) and question.plan is None:
        told.append("Seeds were added after a look: its error is not 5 %.")
    if question.plan is not None and question.plan.is_changed:
        told.append("Arms or seeds were added to the plan after a look: its error is not 5 %.")
    if question.plan is not None and question.plan.after is not None:
        told.append(
            f"Study {question.plan.after} was looked at before, with other seeds: together the two err in up to 9.75 %."
        )
    if question.plan is None:
        told += _of_missing([result.arm for result in answer.results], names)
    return told


def _of_missing(arms: Sequence[Arm], names: Names) -> list[str]:
    """Name the runs that have not ended, or are not there any more."""
    states = ("waiting", "running", "interrupted", "pruned")
    missing = {names[arm.label]: found for arm in arms if (found := [run for run in arm.runs if run.state in states])}
    if not missing:
        return []
    number = sum(map(len, missing.values()))
    runs = f"{quantity(number, 'run')} {'is' if number == 1 else 'are'}"
    which = first_names([_with_units(*pair) for pair in missing.items()], most=3)
    return [f"{runs} still missing: {which}. What is said here may change."]


def _of_test_set(answer: Answer, question: Question) -> list[str]:
    """Say how far a test set of this size can be trusted, whatever the number of seeds or folds.

    1.96 sqrt(p (1 - p) / N), of the arm with the highest accuracy.
    """
    tests = [(r.test, r.arm.num_test) for r in answer.results]
    known = [(test.mean, n) for test, n in tests if test is not None and n is not None]
    if not known:
        return []
    accuracy, num_test = max(known)
    half_width = 1.96 * math.sqrt(accuracy * (1 - accuracy) / num_test)
    if half_width == 0:
        return []
    error = f"sampling error of ± {100 * half_width:.1f} points"
    return [f"Any test set of {num_test:,} images has a {error}; more {question.repeats.noun}s don't reduce it."]


def _at_chance(arms: Sequence[Arm], names: Names) -> str | None:
    """Count the runs that answer no better than the constant answer of the most frequent class can by luck."""
    stuck = {arm.label: [run for run in arm.finished if (run.accuracy("test") or 0.0) <= _luck(run)] for arm in arms}
    some = [arm for arm in arms if stuck[arm.label]]
    if not some:
        return None
    told = [f"{len(stuck[arm.label])} of {len(arm.finished)} runs of {names[arm.label]}" for arm in some]
    chance = percent(max(_majority(run) for arm in some for run in stuck[arm.label]), digits=1)
    mixed = any(len(stuck[arm.label]) < len(arm.finished) for arm in some)
    why = ": the mean is of two kinds of runs" if mixed else ""
    return f"{first_names(told)} stayed at chance, {chance} %, the share of the most frequent class{why}."


def _leaked(arms: Sequence[Arm], _: Names) -> str | None:
    """Say how many test images were trained on, of the run that has the most of them."""
    data = [run.summary.get("data") or {} for arm in arms for run in arm.finished]
    counts = [((each.get("leaked") or {}).get("test", 0), each.get("test", 0)) for each in data]
    num, num_test = max(counts, default=(0, 0))
    if not num:
        return None
    are = "is a training image" if num == 1 else "are training images"
    return f"{num:,} of {num_test:,} test images {are} too, so accuracies are too high: cnnlab data shows them."


def _luck(run: Run) -> float:
    """Return the accuracy that the constant answer stays below in 97.5 % of test sets of this size."""
    majority, num_test = _majority(run), run.num_test or 1
    return majority + 1.96 * math.sqrt(majority * (1 - majority) / num_test)


def _majority(run: Run) -> float:
    return float((run.summary.get("test") or {}).get("majority_accuracy") or 0.0)


def _budgets(arms: Sequence[Arm], names: Names) -> str | None:
    started = [arm for arm in arms if arm.settings]
    finished = [arm for arm in arms if arm.finished]
    kinds = {key: [(names[arm.label], arm.settings.get(key, "none")) for arm in started] for key in BUDGET}
    kinds["epochs trained"] = [(names[arm.label], f"{_mean(arm, _epochs):g}") for arm in finished]
    kinds["images seen"] = [(names[arm.label], f"{_mean(arm, _images_seen):,.0f}") for arm in finished]
    values = {kind: _by_value(pairs) for kind, pairs in kinds.items()}
    if values["epochs trained"] == values["epochs"]:
        del values["epochs trained"]
    told = [f"{kind} {_said(found)}" for kind, found in values.items() if len(found) > 1]
    return f"Budgets differ: {'; '.join(told)}." if told else None


def _mean(arm: Arm, figure: Callable[[Run], int]) -> float:
    return sum(map(figure, arm.finished)) / len(arm.finished)


def _epochs(run: Run) -> int:
    return int(run.summary.get("epochs_trained") or 0)


def _images_seen(run: Run) -> int:
    """Return how many training images the run took in, each counted once per epoch."""
    return _epochs(run) * int((run.summary.get("data") or {}).get("train") or 0)


def _mixed_environments(arms: Sequence[Arm], names: Names) -> str | None:
    told = []
    for key, noun in ENVIRONMENT.items():
        pairs = [
            (names[arm.label], str(run.environment[key]))
            for arm in arms
            for run in arm.finished
            if key in run.environment
        ]
        if len(values := _by_value(pairs)) > 1:
            told.append(f"{noun} {_said(values)}")
    return f"Runs were not made in the same way: {'; '.join(told)}." if told else None


def _shared_device(arms: Sequence[Arm], names: Names) -> str | None:
    finished = [run for arm in arms for run in arm.finished]
    abreast = any(run.environment.get("abreast") is not None for run in finished)
    told = [names[arm.label] for arm in arms if not all(run.is_timed for run in arm.finished)]
    if not told or not (abreast or len({run.num_at_once for run in finished}) > 1):
        return None  # where they differ in threads or processor, that is told
    how = "beside other runs on one GPU" if abreast else "with another share of the machine than most runs"
    return f"Trained {how}, so without seconds: {first_names(told, most=3)}."


def _older_version(arms: Sequence[Arm], _: Names) -> str | None:
    schemas = {run.schema for arm in arms for run in arm.finished} - {SCHEMA}  # one at most: no others are compared
    return f"Made by an older version of cnnlab (schema {schemas.pop()}, now {SCHEMA})." if schemas else None


def _by_value(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Group arms by what they have: value -> arms."""
    groups: dict[str, dict[str, None]] = {}
    for name, value in pairs:
        groups.setdefault(value, {})[name] = None
    return {value: list(names) for value, names in groups.items()}


def _said(values: Mapping[str, Sequence[str]]) -> str:
    return ", ".join(f"{value} ({first_names(who, most=3)})" for value, who in values.items())


def _shared_rate(arms: Sequence[Arm], _: Names) -> str | None:
    """Warn when optimizers are compared at one learning rate that is not the preset of all of them."""
    of_arms = [arm.settings for arm in arms if "optimizer" in arm.settings]
    rates = {own.get(RATE) for own in of_arms}
    presets = {name: _preset_rate(name) for name in dict.fromkeys(own["optimizer"] for own in of_arms)}
    (rate, *more) = rates or {None}
    if len(presets) < 2 or more or rate is None or all(preset in (None, float(rate)) for preset in presets.values()):
        return None
    own_rates = ", ".join(f"{name} {preset:g}" for name, preset in presets.items() if preset is not None)
    return (
        f"All optimizers ran at {RATE}={rate}, which suits some better than others. By default each has its own: "
        f"{own_rates}. To compare each at its best, add {TUNED} to the command."
    )


def _preset_rate(optimizer: str) -> float | None:
    rate = preset("optimizer", optimizer).get(RATE)
    return None if rate is None else float(rate)


def _same_runs(arms: Sequence[Arm], names: Names) -> str | None:
    """Name arms that are one: the setting in which they were to differ has no effect, or the same value."""
    of_runs: dict[tuple[str, ...], list[str]] = {}
    for arm in arms:
        ids = tuple(sorted(run.folder.run_id for run in arm.runs if run.folder is not None))
        if ids:
            of_runs.setdefault(ids, []).append(names[arm.label])
    told = [" and ".join(twins) for twins in of_runs.values() if len(twins) > 1]
    return f"The same runs under several names: {first_names(told)}." if told else None


CHECKS: tuple[Callable[[Sequence[Arm], Names], str | None], ...] = (
    _at_chance, _leaked, _budgets, _mixed_environments, _older_version, _shared_device, _shared_rate, _same_runs,
)  # fmt: skip


def failures(arms: Sequence[Arm], names: Names) -> list[str]:
    """Return a line for every way in which runs ended without a result: state, arms with seeds, reason."""
    of_reason: dict[tuple[str, str], dict[str, list[Run]]] = {}
    for arm in arms:
        for run in arm.runs:
            if run.state in ENDED:
                of_arms = of_reason.setdefault((run.state, run.reason or "no reason is recorded"), {})
                of_arms.setdefault(names[arm.label], []).append(run)
    return [
        f"{state}: {first_names([_with_units(*pair) for pair in of_arms.items()], most=3)}: {reason.removesuffix('.')}."
        for (state, reason), of_arms in of_reason.items()
    ]


def _with_units(name: str, runs: Sequence[Run]) -> str:
    known, noun = [run.unit for run in runs if run.unit], "fold" if runs[0].fold else "seed"
    return f"{name} ({noun}{'s' if len(known) > 1 else ''} {first_names(known)})" if known else name
