"""What a reader has to know before believing a comparison: each caution is a sentence, or nothing."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence

from cnnlab.base.texts import duration
from cnnlab.comparison.arms import ENDED, Arm, Run
from cnnlab.comparison.labels import percent, some_of
from cnnlab.comparison.presets import preset
from cnnlab.comparison.verdicts import Result, tied_by_validation
from cnnlab.outputs.run_folder import SCHEMA

BUDGET = ("epochs", "max_minutes", "patience", "min_delta", "stop_below_loss", "dataset.per_class", "dataset.fraction")
"""Settings that say how much an arm may learn from."""
ENVIRONMENT = {
    "precision": "precision", "device": "device", "device_name": "processor", "threads": "threads",
    "cnnlab": "version of cnnlab", "torch": "version of torch",
}  # fmt: skip
"""Keys of env.json that should be the same in all runs, and their names."""
WANTED_SEEDS = 3

Names = Mapping[str, str]


def cautions(results: Sequence[Result], baseline: Result, names: Names) -> list[str]:
    """Return everything that speaks against taking the verdict as it is."""
    arms = [result.arm for result in results]
    found = [text for check in CHECKS if (text := check(arms, names)) is not None]
    if len(results) > 1 and baseline.arm.count("diverged") and baseline.arm.finished:
        found.append(
            f"The baseline {names[baseline.label]} diverged in {baseline.arm.count('diverged')} of "
            f"{len(baseline.arm.runs)} runs; differences are over the seeds that it survived, which flatters it."
        )
    tied = tied_by_validation(results)
    if len(tied) > 1 and tied[0].val is not None:
        found.append(
            f"A tie by validation at {percent(tied[0].val.mean)} %: {some_of([names[one.label] for one in tied])}. "
            "The first of them as typed counts as the best."
        )
    return found


def _below_majority(arms: Sequence[Arm], names: Names) -> str | None:
    told, majority = [], 0.0
    for arm in arms:
        below = [run for run in arm.finished if _majority(run) > (run.accuracy("test") or 0.0)]
        majority = max([majority, *map(_majority, below)])
        if below:
            told.append(f"{names[arm.label]} in {len(below)} of {len(arm.finished)} runs")
    if not told:
        return None
    return f"Below the constant answer of the most frequent class ({percent(majority)} %): {some_of(told)}."


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
    return f"Runs were not made alike: {'; '.join(told)}." if told else None


def _shared_device(arms: Sequence[Arm], names: Names) -> str | None:
    told = [names[arm.label] for arm in arms if not all(run.is_timed for run in arm.finished)]
    return f"Trained beside other runs on one GPU, so without seconds: {some_of(told, most=3)}." if told else None


def _older_version(arms: Sequence[Arm], _: Names) -> str | None:
    schemas = {run.schema for arm in arms for run in arm.finished} - {SCHEMA}  # one at most: no others are compared
    return f"Made by an older version of cnnlab (schema {schemas.pop()}, now {SCHEMA})." if schemas else None


def _by_value(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Group arms by what they have: value -> arms."""
    groups: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in groups.setdefault(value, []):
            groups[value].append(name)
    return groups


def _said(values: Mapping[str, Sequence[str]]) -> str:
    return ", ".join(f"{value} ({some_of(who, most=3)})" for value, who in values.items())


def _shared_rate(arms: Sequence[Arm], _: Names) -> str | None:
    """Warn when optimizers are compared at one learning rate that is not the preset of all of them."""
    of_arms = [arm.settings for arm in arms if "optimizer" in arm.settings]
    rates = {own.get("optimizer.lr") for own in of_arms}
    presets = {own["optimizer"]: _preset_rate(own["optimizer"]) for own in of_arms}
    (rate, *more) = rates or {None}
    if len(presets) < 2 or more or rate is None or all(preset in (None, float(rate)) for preset in presets.values()):
        return None
    own_rates = ", ".join(f"{name} {preset:g}" for name, preset in presets.items() if preset is not None)
    return (
        f"All optimizers ran at optimizer.lr={rate}, which suits some better than others. By default each has its own: "
        f"{own_rates}."
    )


def _preset_rate(optimizer: str) -> float | None:
    rate = preset("optimizer", optimizer).get("optimizer.lr")
    return None if rate is None else float(rate)


def _same_runs(arms: Sequence[Arm], names: Names) -> str | None:
    """Name arms that are one: the setting in which they were to differ has no effect, or the same value."""
    of_runs: dict[tuple[str, ...], list[str]] = {}
    for arm in arms:
        ids = tuple(sorted(run.folder.run_id for run in arm.runs if run.folder is not None))
        if ids:
            of_runs.setdefault(ids, []).append(names[arm.label])
    told = [" and ".join(twins) for twins in of_runs.values() if len(twins) > 1]
    return f"The same runs under several names: {some_of(told)}." if told else None


CHECKS: tuple[Callable[[Sequence[Arm], Names], str | None], ...] = (
    _below_majority, _budgets, _mixed_environments, _older_version, _shared_device, _shared_rate, _same_runs,
)  # fmt: skip


def failures(arms: Sequence[Arm], names: Names) -> list[str]:
    """Return a line for every way in which runs ended without a result: state, arms with seeds, reason."""
    of_reason: dict[tuple[str, str], dict[str, list[str]]] = {}
    for arm in arms:
        for run in arm.runs:
            if run.state in ENDED:
                of_arms = of_reason.setdefault((run.state, run.reason or "no reason is recorded"), {})
                of_arms.setdefault(names[arm.label], []).append(run.seed)
    return [
        f"{state}: {some_of([_with_seeds(*pair) for pair in of_arms.items()], most=3)}: {reason.removesuffix('.')}."
        for (state, reason), of_arms in of_reason.items()
    ]


def _with_seeds(name: str, seeds: Sequence[str]) -> str:
    known = [seed for seed in seeds if seed]
    return f"{name} (seed{'s' if len(known) > 1 else ''} {some_of(known)})" if known else name


def advice_for_one_seed(results: Sequence[Result], command: str) -> str | None:
    """Return the command that adds seeds, with its estimated time; None where no arm lacks a second seed."""
    tried = {run.seed for result in results for run in result.arm.runs if run.seed}
    if len(tried) != 1 or not command:
        return None
    (seed,) = tried
    seeds = [seed, *(str(new) for new in range(WANTED_SEEDS) if str(new) != seed)][:WANTED_SEEDS]
    words = [word for word in shlex.split(command) if not word.startswith("seed=")]
    per_run = [result.total_seconds for result in results if result.total_seconds is not None]
    took = sum(per_run) / len(per_run) * len(results) * (WANTED_SEEDS - 1) if per_run else None
    about = "" if took is None else f"  (about {duration(took)})"
    return f"{shlex.join([*words, 'seed=' + ','.join(seeds)])}{about}"
