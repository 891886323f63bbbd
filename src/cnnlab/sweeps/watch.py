"""Watching a sweep: the files of its runs tell how far they are, whoever trains them, here or on another machine."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING

from cnnlab.base.errors import RunError
from cnnlab.base.printing import live, one_line
from cnnlab.base.schema import Plain
from cnnlab.base.texts import cut_middle, duration
from cnnlab.outputs.reaching import Goals
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.standing import standing
from cnnlab.outputs.status import FINAL, read_status, said_at
from cnnlab.outputs.study_folder import StudyFolder, result_row
from cnnlab.sweeps.designs import Narrator, Standing

if TYPE_CHECKING:
    from rich.console import Group  # not at runtime: it takes 20 ms, and Hydra reads this file at every start

WIDTH = 80
_PAUSE = 0.5  # seconds between two looks
_SHARE = 20  # a look that takes long makes the pause longer: at most this part of the time goes into looking
_LINES = 12  # runs in the live table
_ENDED = (*FINAL, "failed", "interrupted", "died")


@dataclass(frozen=True)
class Watched:
    """A run of the sweep."""

    folder: RunFolder
    label: str
    seed: int
    epochs: int
    settings: Mapping[str, str]
    is_rerun: bool = False
    """Whether it is trained again although it was finished."""


@dataclass(frozen=True)
class RunProgress:
    """How far a run is."""

    status: str
    epoch: int = 0
    val_accuracy: float | None = None
    seconds: float | None = None
    """Of training, once it has ended."""
    error: str | None = None


class Watch:
    """While entered: shows how the sweep goes and keeps results.csv up to date.

    On a terminal a live table, else a line for every run that ends.

    Args:
        name: of the sweep.
        study: gets results.csv.
        runs: all of them, in the order of running.
        on_change: called after results.csv was written with something new.
        narrator: says how the sweep's design stands.
        goals: validation accuracies whose first time results.csv tells.
    """

    def __init__(
        self,
        name: str,
        study: StudyFolder,
        runs: Sequence[Watched],
        *,
        on_change: Callable[[], None] | None = None,
        narrator: Narrator = Standing,
        goals: Goals = Goals(),
    ) -> None:
        self.name, self.study, self._goals = name, study, goals
        self.runs: Sequence[Watched] = ()
        self._on_change, self._narrator = on_change, narrator
        from rich.console import Console

        self._console = Console(file=live(sys.stdout), highlight=False, markup=False, soft_wrap=True)
        self._began = time.time()
        self._progress: dict[str, RunProgress] = {}
        self._rows: dict[str, Plain] = {}
        self._told: list[Watched] = []
        self._num_before = 0
        self._lock, self._looking = threading.Lock(), threading.Lock()
        self._is_over = threading.Event()
        self.add(runs)

    def __enter__(self) -> Watch:
        self._write()
        from rich.live import Live

        self._live = Live(get_renderable=self._table, console=self._console, refresh_per_second=2, transient=True)
        if self._console.is_terminal:
            self._live.start()
        self._thread = threading.Thread(target=self._watch, name="watch", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()
        self._live.stop()
        self._catch_up()
        self._write()

    def add(self, runs: Sequence[Watched]) -> None:
        """Watch more runs; what is finished already is not told again."""
        self._progress |= {run.folder.run_id: read_progress(run, since=self._began) for run in runs}
        self._rows |= {run.folder.run_id: self._row(run) for run in runs}
        finished = [run for run in runs if self._of(run).status in FINAL]
        with self._lock:
            self._told = [*finished, *self._told]
            self._num_before += len(finished)
            self.runs = [*self.runs, *runs]

    def counts(self) -> dict[str, int]:
        """Return how many runs stand how; done are those that need no further training."""
        statuses = [progress.status for progress in self._progress.values()]
        groups = {
            "done": FINAL,
            "running": ("running",),
            "waiting": ("waiting",),
            "failed": ("failed", "interrupted", "died"),
        }
        return {name: sum(status in group for status in statuses) for name, group in groups.items()}

    def _watch(self) -> None:
        pause = _PAUSE
        while not self._is_over.wait(pause):
            began = time.perf_counter()
            if self._catch_up():
                self._write()
                if self._on_change is not None:
                    self._on_change()
            pause = max(_PAUSE, _SHARE * (time.perf_counter() - began))

    def _catch_up(self) -> bool:
        """Tell of the runs that have ended since the last look; return whether there were any."""
        with self._looking:
            ended = self._look()
            self._tell(ended)
        return bool(ended)

    def say(self, lines: Iterable[str]) -> None:
        """Print what was found, behind the runs that it was found by."""
        self._catch_up()
        for line in lines:
            self._console.print(line)

    def _look(self) -> list[Watched]:
        """Read how the runs stand; return those that have ended since the last look."""
        ended = []
        for run in self.runs:
            key = run.folder.run_id
            if self._progress[key].status in FINAL:
                continue
            before, self._progress[key] = self._progress[key], read_progress(run, since=self._began)
            if self._of(run) != before and self._of(run).status in _ENDED:
                self._rows[key] = self._row(run)
                ended.append(run)
        return ended

    def _row(self, run: Watched) -> Plain:
        return result_row(run.folder, seed=run.seed, goals=self._goals)

    def _of(self, run: Watched) -> RunProgress:
        return self._progress[run.folder.run_id]

    def _write(self) -> None:
        with contextlib.suppress(OSError):  # a disk that is full; the sweep says so at its end, its runs go on
            rows = [(run.settings, self._rows[run.folder.run_id]) for run in self.runs]
            self.study.write_results(rows, goals=self._goals)

    def _tell(self, ended: Iterable[Watched]) -> None:
        for run in ended:
            with self._lock:
                self._told = [other for other in self._told if other is not run] + [run]
            if not self._console.is_terminal:
                counter = f"{len(self._told):{len(str(len(self.runs)))}}/{len(self.runs)} "
                self._console.print(counter + run_line(run, self._of(run), width=WIDTH - len(counter)))

    def _table(self) -> Group:
        """Return the live table: the head, then running and failed runs, then those that ended last."""
        from rich.console import Group
        from rich.text import Text

        running = [run for run in self.runs if self._of(run).status == "running"]
        bad = [run for run in self._told if self._of(run).status not in ("finished", "running")]
        good = [run for run in self._told[self._num_before :] if run not in bad and run not in running]
        told = self._narrator().lines[-_LINES:]
        room = max(3, min(_LINES, self._console.height - 3 - len(told)))
        shown = [*bad[-room // 3 :], *running]
        shown = [*good[-max(1, room - len(shown)) :], *shown][-room:]
        width = min(self._console.width, 100)
        lines = [self.head(), *told, *(f"  {run_line(run, self._of(run), width=width - 2)}" for run in shown)]
        return Group(*(Text(line, no_wrap=True, overflow="ellipsis") for line in lines))

    def head(self) -> str:
        """Return one line about the whole sweep."""
        counts = self.counts()
        parts = [f"{counts['done']} of {len(self.runs)} done"]
        parts += [f"{counts[name]} {name}" for name in ("running", "waiting", "failed") if counts[name]]
        parts += self._time_left()
        return f"{one_line(self.name)}: {', '.join(parts)}"

    def _time_left(self) -> list[str]:
        """Return the time that the rest takes, and what else the design may ask for at most."""
        left, more = self._seconds_left(0), self._narrator().num_more
        if left is None:
            return []
        at_most = self._seconds_left(more)
        return [f"{duration(left)} left", *([f"{duration(at_most)} at most"] if more and at_most is not None else [])]

    def _seconds_left(self, num_more: int) -> float | None:
        """Return the time that the rest and so many more runs take at the pace so far, None before there is one."""
        running = [self._of(run).epoch / max(run.epochs, 1) for run in self.runs if self._of(run).status == "running"]
        num_ended = sum(progress.status in _ENDED for progress in self._progress.values())
        work_done = num_ended - self._num_before + sum(running)
        if work_done <= 0:
            return None
        work_left = len(self.runs) + num_more - self._num_before - work_done
        return (time.time() - self._began) / work_done * work_left


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
