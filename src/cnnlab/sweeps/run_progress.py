"""How far a run of a sweep is, by its files, and the line that says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnnlab.base.errors import RunError
from cnnlab.base.printing import one_line
from cnnlab.base.texts import cut_middle, duration
from cnnlab.config.keys import without
from cnnlab.config.roles import NOT_SETTINGS
from cnnlab.config.run_config import to_plain
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.settings import settings
from cnnlab.outputs.standing import standing
from cnnlab.outputs.status import FINAL, read_status, said_at
from cnnlab.outputs.study_folder import result_row
from cnnlab.sweeps.checked import Job


@dataclass(frozen=True)
class Watched:
    """A run of the sweep."""

    folder: RunFolder
    label: str
    seed: int
    epochs: int
    settings: Mapping[str, str]
    is_row: bool = True
    """Whether it has a row in results.csv."""
    is_rerun: bool = False
    """Whether it is trained again although it was finished."""


def watched(job: Job, folder: RunFolder, *, is_row: bool) -> Watched:
    """Return a run as it is watched."""
    config = job.config
    own = settings(without(to_plain(config), *NOT_SETTINGS))
    if job.point.arm_name:
        own = {"arm": job.point.arm_name, **own}
    return Watched(folder, job.point.label, config.seed, config.epochs, own, is_row, config.rerun)


@dataclass(frozen=True)
class RunProgress:
    """How far a run is."""

    status: str
    epoch: int = 0
    val_accuracy: float | None = None
    seconds: float | None = None
    """Of training, once it has ended."""
    error: str | None = None


def read_progress(run: Watched, *, since: float) -> RunProgress:
    """Return how far a run is; what happened to it before the time `since`, in s, counts only where that is its end."""
    said = said_at(run.folder)
    if said is None:
        # Its lock is there a moment before it is held: what looks dead may be about to begin.
        return RunProgress("running" if standing(run.folder) == "running" else "waiting")
    is_old, status, error = said < since, standing(run.folder), read_status(run.folder).get("error")
    error = error if isinstance(error, str) else None
    if status in FINAL and not (run.is_rerun and is_old):
        return _ended(run, status, error)
    if status == "pruned":
        return RunProgress(status, *_last_epoch(run.folder))
    if status == "running":
        epoch, val_accuracy = _last_epoch(run.folder)
        return RunProgress("running", epoch, val_accuracy)
    return RunProgress("waiting") if is_old else RunProgress(status, error=error)


def _ended(run: Watched, status: str, error: str | None) -> RunProgress:
    row = result_row(run.folder, seed=run.seed)
    return RunProgress(status, row["best_epoch"] or 0, row["val_accuracy"], row["train_seconds"], error)


def _last_epoch(folder: RunFolder) -> tuple[int, float | None]:
    """Return the last epoch in metrics.csv and its validation accuracy; only the end of the file is read."""
    try:
        *_, last = [{"epoch": "0", "val_accuracy": ""}, *folder.read_metrics()]
        return int(last["epoch"]), float(last["val_accuracy"]) if last["val_accuracy"] else None
    except (RunError, ValueError, KeyError):  # damaged: the run says so itself when it comes to it
        return 0, None


def val_accuracies(folder: RunFolder) -> tuple[float, ...]:
    """Return a run's accuracies on validation, by epoch; none where there are none, or its file is damaged."""
    try:
        return tuple(float(row["val_accuracy"]) for row in folder.read_rows("metrics.csv"))
    except (RunError, ValueError, KeyError):
        return ()


def run_line(run: Watched, progress: RunProgress, *, width: int) -> str:
    """Return one line about a run: how it stands, which it is, its figures."""
    figures = [] if progress.val_accuracy is None else [f"val {100 * progress.val_accuracy:5.1f} %"]
    if progress.status == "running":
        figures.insert(0, f"epoch {progress.epoch}/{run.epochs}")
    if progress.seconds is not None:
        figures.append(f"{duration(progress.seconds):>6}")
    told = one_line(progress.error.splitlines()[0]) if progress.error else "  ".join(figures)
    label = cut_middle(one_line(run.label), max(20, width - 14 - len(told)) if len(told) < width // 2 else width // 2)
    line = f"{progress.status:12}{label}"
    room = width - len(line) - 2
    told = told if len(told) <= room else f"{told[: max(0, room - 1)]}…"
    return f"{line}  {told:>{room}}".rstrip() if progress.error is None else f"{line}  {told}"
