"""Runs of a study grouped into arms, as read from their files."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from cnnlab.base.errors import ConfigError, RunError, unknown
from cnnlab.base.schema import PlainMapping
from cnnlab.comparison.labels import cell_names, short_names
from cnnlab.config.keys import without
from cnnlab.config.roles import NOT_IDENTITY
from cnnlab.outputs.run_folder import SCHEMA, RunFolder
from cnnlab.outputs.settings import differing, settings
from cnnlab.outputs.standing import DAMAGED, DIED, standing
from cnnlab.outputs.status import FINAL, read_status
from cnnlab.outputs.study_folder import GridRow, StudyFolder
from cnnlab.outputs.summary_file import figure, read_summary

NO_RESULT = ("refused", "failed", "damaged", "diverged", "died", "pruned", "interrupted", "running", "waiting")
"""States without a test accuracy, the gravest first."""
ENDED = NO_RESULT[: NO_RESULT.index("running")]
"""Those of them in which nothing more will come by itself."""

SEED, FOLD = "seed", "dataset.fold"
"""Settings in which runs of one arm differ."""


@dataclass(frozen=True)
class Run:
    """One run, whatever became of it."""

    seed: str
    folder: RunFolder | None
    """None where the run was refused."""
    state: str
    """finished, or one of NO_RESULT."""
    reason: str | None
    """One line, where it was refused, failed or diverged, or its files are damaged."""
    settings: Mapping[str, str]
    """`group.key` -> text, what is off and what is of the machine left out; empty before it was started."""
    summary: PlainMapping
    """summary.json; empty unless the run finished or diverged."""
    environment: PlainMapping
    """env.json"""
    schema: int = SCHEMA
    """By which it was trained; runs of two cannot be compared."""
    is_timed: bool = True
    """Whether its seconds can be compared with those of most other runs: it was timed as they were."""
    fold: str = ""
    """Which part of the whole set was its test split; empty without cross-validation."""

    @property
    def unit(self) -> str:
        """What it shares with one run of every other arm: the fold, or else the seed."""
        return self.fold or self.seed

    @property
    def is_finished(self) -> bool:
        """Whether it has a test accuracy."""
        return self.state == "finished"

    def accuracy(self, split: str) -> float | None:
        """Return the accuracy of the selected weights on `train`, `val` or `test`, in [0, 1]."""
        figures = self.summary.get(split) or {}
        return figures.get("accuracy") if self.is_finished else None

    @property
    def num_at_once(self) -> int:
        """How many runs shared the machine's cores, itself among them."""
        return max(1, int(figure(self.environment, "num_at_once") or 1))

    @property
    def timing(self) -> tuple[object, ...]:
        """What its seconds depend on beside its settings."""
        return self.num_at_once, *(self.environment.get(key) for key in ("abreast", "threads", "device_name"))

    def seconds(self, name: str) -> float | None:
        """Return the seconds of `train` (batches alone) or `total`; None where they cannot be compared."""
        return (self.summary.get("seconds") or {}).get(name) if self.is_finished and self.is_timed else None

    @property
    def machine_seconds(self) -> float | None:
        """Seconds for which the whole run kept the machine busy: several at once share it."""
        total = self.seconds("total")
        return None if total is None else total / self.num_at_once

    @property
    def num_test(self) -> int | None:
        """Number of test images."""
        classes = (self.summary.get("test") or {}).get("per_class") or {}
        return sum(figures["support"] for figures in classes.values()) or None


ReadRun = Callable[..., Run]
"""What `read_run` does: folder, and seed and fold by name -> run."""


@dataclass(frozen=True)
class Arm:
    """What is compared: runs that differ in nothing but the seed, or the fold."""

    name: str
    """As in runs.csv; empty where there is only one."""
    runs: tuple[Run, ...]

    @property
    def label(self) -> str:
        """The name, or what stands for it."""
        return self.name or "all runs"

    @cached_property
    def finished(self) -> tuple[Run, ...]:
        """The runs with a test accuracy."""
        return tuple(run for run in self.runs if run.is_finished)

    @cached_property
    def settings(self) -> Mapping[str, str]:
        """Settings of its runs, seed and fold apart; empty before one was started."""
        found = next((run.settings for run in self.runs if run.settings), {})
        return {key: value for key, value in found.items() if key not in (SEED, FOLD)}

    @property
    def num_test(self) -> int | None:
        """Number of images on which its runs were tested: of folds, those of all together."""
        return sum({run.fold: run.num_test or 0 for run in self.finished}.values()) or None

    def count(self, *states: str) -> int:
        """Return how many runs are in one of these states."""
        return sum(run.state in states for run in self.runs)


def read_arms(folder: StudyFolder, *, read: ReadRun | None = None) -> list[Arm]:
    """Return the arms of the last sweep's grid, in the order typed.

    Args:
        folder: of the study.
        read: reads a run; None: from its files.

    Raises:
        RunError: runs.csv is missing or damaged.
    """
    return arms_of(folder.read_grid(), folder, read)


def arms_of(rows: Iterable[GridRow], folder: StudyFolder, read: ReadRun | None) -> list[Arm]:
    """Return the arms of rows of a study, in their order; `read` as of `read_arms`."""
    points: dict[str, dict[tuple[str, str, str], Run]] = {}
    for row in rows:
        points.setdefault(row.arm, {})[row.seed, row.fold, row.run_id] = _point(row, folder, read or read_run)
    return _timed_alike([Arm(name, tuple(of_arm.values())) for name, of_arm in points.items()])


def _timed_alike(arms: Sequence[Arm]) -> list[Arm]:
    """Let only those runs be timed that were timed as most were; abreast on a GPU, no seconds are a run's own."""
    timings = Counter(run.timing for arm in arms for run in arm.finished)
    common = next((timing for timing, _ in timings.most_common(1)), None)

    def marked(run: Run) -> Run:
        is_timed = run.environment.get("abreast") is None and run.timing == common
        return run if is_timed or not run.is_finished else dataclasses.replace(run, is_timed=False)

    return [Arm(arm.name, tuple(map(marked, arm.runs))) for arm in arms]


def _point(row: GridRow, folder: StudyFolder, read: ReadRun) -> Run:
    if not row.run_id:
        return Run(row.seed, None, "refused", row.problem or None, {}, {}, {}, fold=row.fold)
    return read(folder.run(row.run_id), seed=row.seed, fold=row.fold)


def read_run(folder: RunFolder, *, seed: str | None = None, fold: str | None = None) -> Run:
    """Read a run from its files; seed and fold are its configuration's where none are given."""
    own = _settings(folder)
    state, error = standing(folder), read_status(folder).get("error")
    if state in (of_state := {"died": DIED, "damaged": DAMAGED}) and error is None:
        error = of_state[state]
    summary: PlainMapping = {}
    try:
        summary = read_summary(folder) if state in FINAL else {}
    except RunError as damage:
        state, error = "damaged", damage
    return Run(
        seed=own.get("seed", "") if seed is None else seed,
        folder=folder,
        state=state,
        reason=None if error is None else next(iter(str(error).splitlines()), None),
        settings=own,
        summary=summary,
        environment=folder.read_environment(),
        schema=folder.schema,
        fold=own.get(FOLD, "") if fold is None else fold,
    )


def _settings(folder: RunFolder) -> dict[str, str]:
    try:
        own = without(folder.read_config(), *NOT_IDENTITY)
    except RunError:
        return {}  # not started, or its file is damaged: then its state says what became of it
    return {key: text for key, text in settings(own).items() if text != "null"}


def group_runs(folders: Iterable[RunFolder]) -> list[Arm]:
    """Group any runs by every setting but seed and fold; an arm is named by the settings that tell it from the others.

    Raises:
        RunError: a run's config.yaml cannot be read.
    """
    groups: dict[tuple[tuple[str, str], ...], list[Run]] = {}
    for folder in folders:
        folder.read_config()
        run = read_run(folder)
        groups.setdefault(tuple((k, v) for k, v in run.settings.items() if k not in (SEED, FOLD)), []).append(run)
    names = _names([dict(own) for own in groups])
    return _timed_alike([Arm(name, tuple(sorted(runs, key=_by_unit))) for name, runs in zip(names, groups.values())])


def _by_unit(run: Run) -> tuple[int, str]:
    return int(run.unit) if run.unit.isdecimal() and len(run.unit) < 20 else 0, run.unit  # of a damaged file it is text


def _names(groups: Sequence[Mapping[str, str]]) -> list[str]:
    """Name groups by as few settings as tell all of them apart: names of parts first, then their keys."""
    chosen: list[str] = []
    parted = 1
    for key in differing(groups):
        kinds = len({tuple(own.get(k) for k in (*chosen, key)) for own in groups})
        if kinds > parted:
            chosen, parted = [*chosen, key], kinds
    return [" ".join(f"{key}={own.get(key, 'null')}" for key in chosen) for own in groups]


def find_arm(arms: Sequence[Arm], name: str) -> Arm:
    """Return the arm that `arm_called` finds.

    Raises:
        ConfigError: there is no such arm.
    """
    names = [arm.name for arm in arms]
    return arms[names.index(arm_called(name, names))]


def arm_called(name: str, arms: Sequence[str]) -> str:
    """Return which of these arms is meant: by its name, as table and curves have it, or by values that it alone has.

    Raises:
        ConfigError: there is no such arm.
    """
    shown = {arm: (arm, short, cell) for arm, short, cell in zip(arms, short_names(arms), cell_names(arms))}
    for means in (_is_called, _is_cut_to, _has):
        if len(found := [arm for arm, own in shown.items() if means(own, name)]) == 1:
            return found[0]
    raise ConfigError(f"baseline: {unknown(name, arms, noun='arm')}")


def _is_called(names: Sequence[str], name: str) -> bool:
    return name in names


def _is_cut_to(names: Sequence[str], name: str) -> bool:
    """Tell whether a name is one of these with its middle cut out."""
    start, dots, end = name.partition("…")
    return bool(dots) and any(own.startswith(start) and own.endswith(end) for own in names)


def _has(names: Sequence[str], name: str) -> bool:
    """Tell whether an arm has all settings, or values, that are named, in any order: `tanh, adam`."""
    settings = {word for own in names for word in own.split()}
    settings |= {word.partition("=")[2] for word in settings} - {""}
    return settings.issuperset(name.replace(", ", " ").split())
