"""Watching a sweep: the files of its runs tell how far they are, whoever trains them, here or on another machine."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from cnnlab.base.printing import live, one_line
from cnnlab.base.schema import Plain
from cnnlab.base.texts import duration
from cnnlab.outputs.reaching import Goals
from cnnlab.outputs.results_table import ResultsTable
from cnnlab.outputs.status import FINAL
from cnnlab.outputs.study_folder import StudyFolder, result_row
from cnnlab.sweeps.designs import Narrator, Standing
from cnnlab.sweeps.run_progress import RunProgress, Watched, read_progress, run_line

if TYPE_CHECKING:
    from rich.console import Group  # not at runtime: it takes 20 ms, and Hydra reads this file at every start

WIDTH = 80
_PAUSE = 0.5  # seconds between two looks
_TICK = 0.02  # seconds that the times of files may lie behind the clock: the kernel counts in ticks
_SHARE = 20  # a look that takes long makes the pause longer: at most this part of the time goes into looking
_LINES = 12  # runs in the live table
_ENDED = (*FINAL, "pruned", "failed", "interrupted", "died")


class Watch:
    """While entered: shows how the sweep goes and keeps results.csv up to date.

    A line for every run that ends, and on a terminal a live table of those that go on.

    Args:
        name: of the sweep.
        study: gets results.csv.
        runs: all of them, in the order of running.
        on_change: called after results.csv was written with something new.
        narrator: says how the sweep's design stands.
        goals: validation accuracies whose first time results.csv tells.
        since: what happened before counts only where it is a run's end, in s; None: before now.
        writes: whether results.csv is kept; an onlooker writes nothing.
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
        since: float | None = None,
        writes: bool = True,
    ) -> None:
        self.name, self._goals = name, goals
        self._on_change, self._narrator, self._writes = on_change, narrator, writes
        from rich.console import Console

        self._console = Console(
            file=live(sys.stdout), highlight=False, markup=False, soft_wrap=True, force_jupyter=False
        )
        self._began = time.time() - _TICK
        self._since = self._began if since is None else since
        self._results = ResultsTable(study, goals)
        self._progress: dict[str, RunProgress] = {}
        self._counts: Counter[str] = Counter()
        self._pending: dict[str, Watched] = {}
        """Runs that may still change."""
        self._running: dict[str, Watched] = {}
        self._told: set[str] = set()
        """Runs whose line stands above the table, and those that had ended before."""
        self._num_before = 0
        self._places: set[Path] = set()
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
        with self._looking:
            self._places |= {run.folder.path.parent for run in runs}
            for run in runs:
                self._pending[run.folder.run_id] = run
                self._note(run, read_progress(run, since=self._since))
                if run.is_row:
                    self._results.add(run.settings, self._row(run))
        ended = [
            run for run in runs if self._of(run).status in (*FINAL, "pruned") and run.folder.run_id not in self._told
        ]
        with self._lock:
            self._told |= {run.folder.run_id for run in ended}
            self._num_before += len(ended)

    def counts(self) -> dict[str, int]:
        """Return how many runs stand how; done are those that need no further training."""
        groups = {
            "done": (*FINAL, "pruned"),
            "running": ("running",),
            "waiting": ("waiting",),
            "failed": ("failed", "interrupted", "died"),
        }
        return {name: sum(self._counts[status] for status in group) for name, group in groups.items()}

    def _watch(self) -> None:
        pause = _PAUSE
        while not self._is_over.wait(pause):
            began = time.perf_counter()
            has_changed = self._catch_up()
            if has_changed:
                self._write()
            pause = max(_PAUSE, _SHARE * (time.perf_counter() - began))
            if has_changed and self._on_change is not None:
                self._on_change()

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
        """Read how the runs stand that may have changed; return those that have ended since the last look."""
        ended, begun = [], self._begun()
        for key, run in list(self._pending.items()):
            before = self._progress[key]
            if key not in begun and before.status == "waiting":
                continue
            now = read_progress(run, since=self._since)
            self._note(run, now)
            if now != before and now.status in _ENDED:
                if run.is_row:
                    self._results.update(self._row(run))
                ended.append(run)
        return ended

    def _begun(self) -> set[str]:
        """Return the ids of all runs that have a folder: to ask for them one by one takes long."""
        ids: set[str] = set()
        for place in self._places:
            with contextlib.suppress(OSError), os.scandir(place) as entries:  # there is none yet
                ids.update(entry.name for entry in entries)
        return ids

    def _note(self, run: Watched, progress: RunProgress) -> None:
        """Take down how a run stands."""
        key, before = run.folder.run_id, self._progress.get(run.folder.run_id)
        if before is not None:
            self._counts[before.status] -= 1
        self._progress[key] = progress
        self._counts[progress.status] += 1
        if progress.status in FINAL:
            self._pending.pop(key, None)
        with self._lock:
            if progress.status == "running":
                self._running[key] = run
            else:
                self._running.pop(key, None)

    def _row(self, run: Watched) -> Plain:
        return result_row(run.folder, seed=run.seed, goals=self._goals)

    def _of(self, run: Watched) -> RunProgress:
        return self._progress[run.folder.run_id]

    def _write(self) -> None:
        if not self._writes:
            return
        with (
            self._looking,
            contextlib.suppress(OSError),
        ):  # a disk that is full; the sweep says so at its end, its runs go on
            self._results.write()

    def _tell(self, ended: Iterable[Watched]) -> None:
        for run in ended:
            with self._lock:
                self._told.add(run.folder.run_id)
            counter = f"{len(self._told):{len(str(len(self._progress)))}}/{len(self._progress)} "
            self._console.print(counter + run_line(run, self._of(run), width=WIDTH - len(counter)))

    def _table(self) -> Group:
        """Return the live table: the head, what the design has found, then the runs that go on."""
        from rich.console import Group
        from rich.text import Text

        with self._lock:
            running = list(self._running.values())
        told = self._narrator().lines[-_LINES:]
        shown = running[: max(3, min(_LINES, self._console.height - 3 - len(told)))]
        width = min(self._console.width, 100)
        lines = [self.head(), *told, *(f"  {run_line(run, self._of(run), width=width - 2)}" for run in shown)]
        return Group(*(Text(line, no_wrap=True, overflow="ellipsis") for line in lines))

    def head(self) -> str:
        """Return one line about the whole sweep."""
        counts = self.counts()
        parts = [f"{counts['done']} of {len(self._progress)} done"]
        parts += [f"{counts[name]} {name}" for name in ("running", "waiting", "failed") if counts[name]]
        parts += self._time_left() if counts["running"] or counts["waiting"] else []
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
        with self._lock:
            running = [self._of(run).epoch / max(run.epochs, 1) for run in self._running.values()]
        num_ended = sum(self._counts[status] for status in _ENDED)
        work_done = num_ended - self._num_before + sum(running)
        if work_done <= 0:
            return None
        work_left = len(self._progress) + num_more - self._num_before - work_done
        return (time.time() - self._began) / work_done * work_left
