"""What came of a tuning, by its files: tuning.json says what was asked, trials.csv has a row a trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.comparison.statistics import Estimate, estimate
from cnnlab.outputs.standing import standing
from cnnlab.outputs.study_folder import GridRow, StudyFolder
from cnnlab.outputs.summary_file import figure, known_summary
from cnnlab.sweeps.tuning.design import Tried, Tuning, best_of
from cnnlab.sweeps.tuning.sampling import Trial
from cnnlab.sweeps.tuning.space import Space, read_space

_ASKED = "tuning.json"
TRIALS = "trials.csv"
"""A row a trial."""
_COLUMNS = ("trial", "status", "val_accuracy", "val_loss", "run_id")


@dataclass(frozen=True)
class Fresh:
    """A run of the best settings with a seed that was not tuned with."""

    seed: str
    run_id: str
    status: str
    accuracy: float | None
    """On the test split, in [0, 1]."""


@dataclass(frozen=True)
class Tuned:
    """A tuning, and what came of it."""

    study: StudyFolder
    command: str
    space: Space
    sampler: str
    tried: tuple[Tried, ...]
    fresh: tuple[Fresh, ...]
    arm: str = ""
    """Of a fair comparison, which this is a part of; of others none."""
    words: tuple[str, ...] = ()
    """What makes it this arm, as typed."""

    @property
    def best(self) -> Tried | None:
        """The best trial; None before there is one."""
        return best_of(self.tried)

    @property
    def finished(self) -> list[Tried]:
        """Trials with a result, the best first."""
        return sorted((one for one in self.tried if one.status == "finished"), key=lambda one: one.rank, reverse=True)

    @property
    def tested(self) -> Estimate | None:
        """Test accuracy over the fresh seeds; None before one of them is finished."""
        found = [one.accuracy for one in self.fresh if one.accuracy is not None]
        return estimate(found) if found else None


def write_tuned(study: StudyFolder, tuning: Tuning, rows: Sequence[GridRow], *, kind: str) -> None:
    """Write what was asked and what came of it so far.

    Args:
        study: of the tuning.
        tuning: whose trials stand first among the rows.
        rows: of the grid.
        kind: of the sampler.
    """
    words = [f"{key}={axis.written}" for key, axis in tuning.space.axes.items()]
    study.write_json(_ASKED, {"space": words, "sampler": kind, "seed": tuning.seed})
    tried = [_tried(study, trial, row) for trial, row in zip(tuning.asked, rows)]
    study.write_rows(TRIALS, trial_columns(tuning.space), map(trial_row, tried))


def is_tuned(study: StudyFolder) -> bool:
    """Tell whether a study is a tuning."""
    return (study.path / _ASKED).is_file()


def read_tuned(study: StudyFolder) -> Tuned:
    """Return what came of a tuning; how its runs stand is read from their files.

    Raises:
        RunError: a file is missing or damaged.
    """
    plain, rows = study.read_json(_ASKED), study.read_grid()
    try:
        space = read_space(plain["space"])
        trials = [_trial(row, space) for row in study.read_rows(TRIALS)]
        seed = str(plain["seed"])
    except (ConfigError, KeyError, TypeError, ValueError) as error:
        what = f"{_ASKED} or {TRIALS}"
        raise RunError(f"{study.path}: {what} is damaged. Repeat the command; what is finished is kept.") from error
    fresh = fresh_of(study, [row for row in rows[len(trials) :] if row.seed != seed])
    tried = tuple(_tried(study, trial, row) for trial, row in zip(trials, rows))
    return Tuned(study, study.read_study().command, space, str(plain.get("sampler")), tried, fresh)


def _trial(row: Mapping[str, str], space: Space) -> Trial:
    return Trial(int(row["trial"]), {key: row[key] for key in space.axes if row[key]})


def _tried(study: StudyFolder, trial: Trial, row: GridRow) -> Tried:
    if not row.run_id:
        return Tried(trial, "", "refused", None, None)
    folder = study.run(row.run_id)
    status = standing(folder)
    summary = known_summary(folder) if status == "finished" else {}
    return Tried(trial, row.run_id, status, figure(summary, "val.accuracy"), figure(summary, "val.loss"))


def fresh_of(study: StudyFolder, rows: Sequence[GridRow]) -> tuple[Fresh, ...]:
    """Return how runs over fresh seeds stand, by their files."""
    return tuple(_fresh(study, row) for row in rows)


def _fresh(study: StudyFolder, row: GridRow) -> Fresh:
    folder = study.run(row.run_id)
    status = standing(folder) if row.run_id else "refused"
    accuracy = figure(known_summary(folder), "test.accuracy") if status == "finished" else None
    return Fresh(row.seed, row.run_id, status, accuracy)


def trial_columns(space: Space) -> list[str]:
    """Return the columns of trials.csv."""
    return [*_COLUMNS, *space.axes]


def trial_row(one: Tried) -> dict[str, object]:
    """Return its row of a trial."""
    own = (one.trial.number, one.status, one.accuracy, one.loss, one.run_id)
    return {**dict(zip(_COLUMNS, own)), **one.trial.values}
