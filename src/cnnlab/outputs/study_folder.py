"""StudyFolder: the files of a study. A study is a grid of runs with a question; its runs lie among all others."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from cnnlab.base.drafts import remove_abandoned
from cnnlab.base.errors import ConfigError, RunError, brief
from cnnlab.base.paths import given_path
from cnnlab.base.schema import Plain, PlainMapping
from cnnlab.outputs.files import RUNS, Folder, outputs_dir
from cnnlab.outputs.limits import MOST_SEEDS
from cnnlab.outputs.reaching import Goals, column, read_efforts
from cnnlab.outputs.reported import problem_of_reported
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.standing import standing
from cnnlab.outputs.status import FINAL
from cnnlab.outputs.summary_file import figure, known_summary
from cnnlab.outputs.workers import Workers

RESULTS = (
    "run_id", "status", "seed", "best_epoch", "val_accuracy", "test_accuracy", "test_loss", "test_auc",
    "train_seconds", "parameters", "at_once",
)  # fmt: skip
"""Columns of results.csv, behind the settings that differ."""
_EFFORTS = ("epochs", "images", "seconds")
"""Until a validation accuracy was first reached: further columns, behind those."""
_NO_GOALS = Goals((), ())
_TRIAL, _LEADING = ".trial", "leading.csv"


@dataclass(frozen=True)
class GridRow:
    """A point of a study's grid: a row of runs.csv."""

    arm: str
    """Name of the arm, or the overrides that make the point differ, seed and fold left out."""
    seed: str
    run_id: str
    """Empty where the point was refused."""
    overrides: str
    """What makes the point differ from the others, as typed."""
    problem: str = ""
    """Why the point was refused."""
    fold: str = ""
    """Empty without cross-validation."""


@dataclass(frozen=True)
class SeedPlan:
    """Seeds until decided: what was declared before the first run."""

    looks: tuple[int, ...]
    """Numbers of seeds at which the study is looked at; the last one is the most."""
    first_seed: int = 0
    """The seeds are this one and those that follow it."""
    after: str | None = None
    """Study that was looked at before; its seeds are used no more."""
    is_changed: bool = False
    """Whether arms were added, or the most was raised, after a look."""

    @property
    def seeds(self) -> tuple[str, ...]:
        """All seeds, in the order in which they are used."""
        return tuple(str(self.first_seed + place) for place in range(self.looks[-1]))


@dataclass(frozen=True)
class Asked:
    """What a grid asks, whatever its seeds and however many its arms: studies of one name differ in it."""

    swept: tuple[str, ...]
    """Keys in which its arms differ, in order; `arm` stands for those of named arms."""
    common: Mapping[str, str]
    """Settings that its runs share, as of `settings`."""

    def differing(self, other: Asked) -> list[str]:
        """Return the settings that both share within themselves, with other values; an arm more takes some away."""
        return [key for key, text in self.common.items() if other.common.get(key, text) != text]

    def is_same(self, other: Asked) -> bool:
        """Tell whether a study of the one goes on with the other."""
        return self.swept == other.swept and not self.differing(other)


@dataclass(frozen=True)
class Study:
    """What a study is about: study.json."""

    study: str
    command: str
    question: str | None = None
    baseline: str | None = None
    """Arm that the others are compared with; None: which arm is the best is asked."""
    reported: Mapping[str, Mapping[str, float]] | None = None
    """Arm -> figure as results.csv calls it -> what a report says of it; accuracies in [0, 1]."""
    margin: float | None = None
    """Points of accuracy up to which arms count as equal; None: nothing is called equal."""
    plan: SeedPlan | None = None
    """Of a study that adds seeds until it is decided; None: the number of seeds is fixed."""
    looked_at: tuple[int, ...] = ()
    """Of a study with a fixed number: seeds that it had whenever a verdict was shown."""
    seeds_seen: int = 0
    """Verdicts were shown over seeds of these arms up to this one, itself left out."""
    asked: Asked | None = None
    """What the grid asks; None where that is not known."""
    workers: Workers | None = None
    """How its runs were last carried out; None: as a launcher that was asked for did."""
    seconds_to: tuple[float, ...] | None = None
    """Validation accuracies whose first time was asked for; None: round ones, and those of `reported`."""

    @property
    def goals(self) -> Goals:
        """Validation accuracies whose first time its tables show."""
        return Goals.of(self.seconds_to, self.reported)


class StudyFolder(Folder):
    """`outputs/<study>`: the grid of the last sweep and what came of it."""

    @classmethod
    def named(cls, name: str) -> StudyFolder:
        """Return the folder of a study.

        Raises:
            ConfigError: the name cannot be a folder's, or is taken by cnnlab itself.
        """
        if name == RUNS.name:
            raise ConfigError(f"study: '{name}' is the folder of all runs. Take another name.")
        if not name or name.startswith(".") or set(name) & set("/\\:\0"):
            raise ConfigError(f"study: must be the name of a folder, without / and leading dot, got {brief(name)}.")
        given_path("study", name)
        return cls(outputs_dir() / name)

    def run(self, run_id: str) -> RunFolder:
        """Return one of its runs: they lie beside the study, wherever that is."""
        return RunFolder(self.path.parent / RUNS.name / run_id)

    def write_grid(self, study: Study, rows: Iterable[GridRow], *, leading: Sequence[GridRow] = ()) -> None:
        """Write study.json and runs.csv, and leading.csv where runs lead to those of the grid."""
        remove_abandoned(self.path)
        self.write_json("study.json", dataclasses.asdict(study))
        self._write_points("runs.csv", rows)
        if leading:
            self._write_points(_LEADING, leading)

    def _write_points(self, name: str, rows: Iterable[GridRow]) -> None:
        self.write_rows(name, [f.name for f in dataclasses.fields(GridRow)], map(dataclasses.asdict, rows))

    @contextmanager
    def trial(self) -> Iterator[bool]:
        """Try something that may kill the process; yield whether it has not done so before. See `forget_trial`."""
        mark = self.path / _TRIAL
        is_first = not mark.exists()
        mark.touch()
        try:
            yield is_first
        finally:
            if is_first:
                mark.unlink(missing_ok=True)

    def forget_trial(self) -> None:
        """Let the next trial be the first one: what killed the process is gone."""
        (self.path / _TRIAL).unlink(missing_ok=True)

    def read_study(self) -> Study:
        """Return what the study is about; what is missing or damaged in study.json is left out."""
        plain = self.read_json("study.json")
        texts = {
            key: plain[key] for key in ("study", "command", "question", "baseline") if isinstance(plain.get(key), str)
        }
        reported = plain.get("reported")
        figures = {} if problem_of_reported(reported) is not None else {"reported": reported}
        declared = {
            "margin": _positive(plain.get("margin")),
            "plan": _read_plan(plain.get("plan")),
            "looked_at": _counts(plain.get("looked_at")),
            "seeds_seen": seen if isinstance(seen := plain.get("seeds_seen"), int) and seen > 0 else 0,
            "asked": _read_asked(plain.get("asked")),
            "seconds_to": _accuracies(plain.get("seconds_to")),
        }
        return Study(**{"study": self.path.name, "command": "", **texts, **figures, **declared})

    def read_grid(self) -> list[GridRow]:
        """Return the rows of runs.csv, in the order of running.

        Raises:
            RunError: it is missing or damaged.
        """
        try:
            rows = [GridRow(**row) for row in self.read_rows("runs.csv")]
        except (TypeError, ValueError) as error:
            raise RunError(
                f"{self.path / 'runs.csv'}: is damaged. Repeat the sweep; what is finished is kept."
            ) from error
        if not rows:
            raise RunError(f"{self.path}: is not a study: it has no runs.csv.")
        return rows

    def read_leading(self) -> list[GridRow]:
        """Return the rows of leading.csv; none where it is missing or damaged."""
        try:
            return [GridRow(**row) for row in self.read_rows(_LEADING)]
        except (RunError, TypeError, ValueError):
            return []


def _read_plan(plain: object) -> SeedPlan | None:
    """Return the plan of study.json; None where there is none, or it is damaged."""
    if not isinstance(plain, Mapping) or not (looks := _counts(plain.get("looks"))):
        return None
    first, after = plain.get("first_seed"), plain.get("after")
    return SeedPlan(
        looks,
        first_seed=first if isinstance(first, int) and first > 0 else 0,
        after=after if isinstance(after, str) else None,
        is_changed=plain.get("is_changed") is True,
    )


def _read_asked(plain: object) -> Asked | None:
    """Return what the grid asks; None where it does not say so, or it is damaged."""
    if not isinstance(plain, Mapping):
        return None
    swept, common = plain.get("swept"), plain.get("common")
    if not isinstance(swept, list) or not isinstance(common, Mapping):
        return None
    return Asked(tuple(map(str, swept)), {key: str(text) for key, text in common.items()})


def _counts(plain: object) -> tuple[int, ...]:
    """Return ascending numbers of seeds; none where it is no such list."""
    numbers = tuple(plain) if isinstance(plain, list) else ()
    is_right = all(isinstance(n, int) and not isinstance(n, bool) and 2 <= n <= MOST_SEEDS for n in numbers)
    return tuple(sorted(set(numbers))) if is_right else ()


def _accuracies(plain: object) -> tuple[float, ...] | None:
    """Return validation accuracies; None where it is no such list."""
    found = [_positive(item) for item in plain] if isinstance(plain, list) else []
    return tuple(item for item in found if item is not None and item <= 1) or None


def _positive(plain: object) -> float | None:
    if not isinstance(plain, int | float) or isinstance(plain, bool):
        return None
    return float(plain) if 0 < plain < math.inf else None


def result_row(folder: RunFolder, *, seed: object, goals: Goals = _NO_GOALS) -> Plain:
    """Return a run's row of results.csv, from its files; None is an empty cell.

    Args:
        folder: of the run.
        seed: of the run.
        goals: validation accuracies whose first time is told, of those that a finished run has reached.
    """
    status, summary = standing(folder), known_summary(folder)
    if status not in FINAL:
        summary = {}  # of an earlier training, if there is one
    keys = ("best_epoch", "val.accuracy", "test.accuracy", "test.loss", "test.auc", "seconds.train", "parameters")
    figures = (figure(summary, key) for key in keys)
    made_in = folder.read_environment() if summary else {}
    at_once = figure(made_in, "abreast") or figure(made_in, "num_at_once") or 1
    row = dict(zip(RESULTS, (folder.run_id, status, seed, *figures, int(at_once) if summary else None)))
    return row | _efforts(folder, summary, goals) if status == "finished" and goals.known else row


def _efforts(folder: RunFolder, summary: PlainMapping, goals: Goals) -> Plain:
    """Return what it took to first reach each accuracy, under the names of the columns."""
    try:
        efforts = read_efforts(folder, goals.known) or {}
    except RunError:
        return {}  # the comparison says so
    num_images = figure(summary, "data.train")
    cells: Plain = {}
    for accuracy, effort in efforts.items():
        images = None if num_images is None else effort.epochs * num_images
        cells |= dict(zip(effort_columns(accuracy), (effort.epochs, images, effort.seconds)))
    return cells


@functools.cache
def effort_columns(accuracy: float) -> tuple[str, ...]:
    """Return the columns of an accuracy; the rows of many runs share the texts."""
    return tuple(column(figure, accuracy) for figure in _EFFORTS)


def is_reached(row: PlainMapping, accuracy: float) -> bool:
    """Tell whether a run, by its row, has reached a validation accuracy."""
    return row.get(effort_columns(accuracy)[0]) is not None
