"""A sweep: hands the runs that are to do to a launcher until all have ended, and says how."""

from __future__ import annotations

import contextlib
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from hydra.core.utils import JobReturn

from cnnlab.artifacts import RUNS, RunFolder
from cnnlab.cli.jobs import Outcome
from cnnlab.cli.points import Grid, Job
from cnnlab.errors import ConfigError, Interrupted, RunError
from cnnlab.guards import is_held
from cnnlab.study import FINAL, GridRow, Study, StudyFolder, settings, standing
from cnnlab.watch import Watch, Watched

Launch = Callable[[list[list[str]]], Sequence[JobReturn]]
"""Overrides of each run -> how each ended; what a Hydra launcher does."""

_COMPARISON_PAUSE = 30.0  # seconds: comparing takes one, and the processor has runs to train
_PAUSE = 1.0  # seconds between two looks at runs that another process trains


class Sweep:
    """The runs of a grid.

    Args:
        grid: checked points.
        command: as typed; repeated, it does what is missing.
        question: what a study asks.
    """

    def __init__(self, grid: Grid, *, command: str, question: str | None = None) -> None:
        self.grid, self.command, self.question = grid, command, question
        self.jobs = grid.jobs
        self.name = _name(grid)
        self.study = StudyFolder.named(self.name)
        self.folders = {job.run_id: RunFolder(RUNS / job.run_id) for job in self.jobs}
        self._outcomes: dict[str, Outcome] = {}
        self._launcher_error: Exception | None = None
        self._compared_at = time.monotonic()

    def show_plan(self) -> None:
        """Say how every run stands and what the sweep will take; run nothing.

        Raises:
            RunError: some would be refused.
        """
        from cnnlab.cli.plan import plan_lines

        for line in plan_lines(
            self.name, {job.point.label: (self.folders[job.run_id], job.config) for job in self.jobs}
        ):
            print(line)
        if num_refused := sum(map(len, self.grid.refused.values())):
            raise RunError(f"{count(num_refused)} would be refused, see above.")

    def carry_out(self, launch: Launch) -> None:
        """Run what is not finished, then show how all of them ended.

        Raises:
            RunError: runs were refused, failed or diverged; each with its reason.
            Interrupted: the user stopped it; what is done is kept.
        """
        self._write_grid()
        to_do = [job for job in self.jobs if job.config.rerun or self._status(job) not in FINAL]
        before = len(self.jobs) - len(to_do)
        print(f"sweep    {self.name}: {count(len(self.jobs))}{f', {before} finished before' if before else ''}")
        self._tell_died(to_do)
        runs = [self._watched(job) for job in self.jobs]
        watch = Watch(self.name, self.study, runs, on_change=self._refresh_comparison)
        try:
            with watch, _sigterm_is_ctrl_c():
                self._run(to_do, launch)
        except KeyboardInterrupt:
            counts = watch.counts()
            print(f"interrupted: {counts['done']} of {count(len(self.jobs))} are done. Go on with:\n  {self.command}")
            raise Interrupted from None
        self._close()

    def _run(self, jobs: Sequence[Job], launch: Launch) -> None:
        """Launch until every run has ended; those that another process trains are looked at again at the end."""
        left = list(jobs)
        while left:
            began = time.time()
            self._launch(left, launch)
            unsettled = [job for job in left if not self._is_settled(job, began)]
            if len(unsettled) == len(left) and not any(map(self._is_busy, left)):
                return  # the launcher gets nowhere
            left = unsettled
            while left and all(is_held(self.folders[job.run_id]) for job in left):
                time.sleep(_PAUSE)

    def _launch(self, jobs: Sequence[Job], launch: Launch) -> None:
        self._launcher_error = None
        for job in jobs:
            self._outcomes.pop(job.run_id, None)
        try:
            returned = launch([job.point.overrides for job in jobs])
        except Exception as error:  # of the launcher, say because one process died: what others did is in their files
            self._launcher_error = error
            return
        self._outcomes |= {job.run_id: _outcome(result) for job, result in zip(jobs, returned)}

    def _is_settled(self, job: Job, began: float) -> bool:
        """Tell whether a run needs no further launch: its outcome is known, or its files say how it ended."""
        outcome, folder = self._outcomes.get(job.run_id), self.folders[job.run_id]
        if outcome is not None:
            return not outcome.is_busy or self._status(job) in FINAL
        if is_held(folder):
            return False
        status_file = folder.path / "status.json"
        return status_file.exists() and status_file.stat().st_mtime >= began

    def _is_busy(self, job: Job) -> bool:
        outcome = self._outcomes.get(job.run_id)
        return is_held(self.folders[job.run_id]) or (outcome is not None and outcome.is_busy)

    def _status(self, job: Job) -> str:
        return standing(self.folders[job.run_id])

    def _refresh_comparison(self) -> None:
        """Write the comparison of what there is so far, now and then; called from the watch."""
        if time.monotonic() - self._compared_at < _COMPARISON_PAUSE:
            return
        from cnnlab.comparison import write

        with contextlib.suppress(ConfigError, RunError):  # told at the end, if it is still so
            write(self.study, pictures=False)
        self._compared_at = time.monotonic()

    def _close(self) -> None:
        """Draw the pictures, show the comparison, name what failed."""
        self._draw()
        print()
        self._show_comparison()
        failures = [self._failure(job) for job in self.jobs if self._status(job) != "finished"]
        num_refused = sum(map(len, self.grid.refused.values()))
        if failures or num_refused:
            num_points = len(self.jobs) + num_refused
            head = f"{len(failures) + num_refused} of {count(num_points)} failed:"
            raise RunError("\n".join([head, *failures, *self.grid.refusals()]))

    def _draw(self) -> None:
        from cnnlab.console import RunConsole
        from cnnlab.plots.drawing import draw_runs

        drawn = [job for job in self.jobs if job.config.plots and self._status(job) in FINAL]
        progress = RunConsole().preparing if sys.stdout.isatty() else None
        draw_runs([self.folders[job.run_id].path for job in drawn], progress=progress)

    def _show_comparison(self) -> None:
        from cnnlab.commands.report import show, width
        from cnnlab.comparison import terminal_lines, write

        try:
            wants_pictures = any(job.config.plots for job in self.jobs)
            print("\n".join(terminal_lines(write(self.study, pictures=wants_pictures), width=width())))
        except ConfigError as error:  # the runs are there, but no question can be answered with them
            show([folder.path for folder in self.folders.values()])
            print(f"no comparison: {error}")

    def _failure(self, job: Job) -> str:
        kind = "diverged" if self._status(job) == "diverged" else "failed"
        return f"  {kind:9}{job.point.label}\n{'':11}{self._reason(job)}"

    def _reason(self, job: Job) -> str:
        """Return why a run has no result, in a line or two."""
        outcome, status = self._outcomes.get(job.run_id), self.folders[job.run_id].read_json("status.json")
        if outcome is not None and outcome.reason:
            return outcome.reason.replace("\n", f"\n{'':11}")
        if self._status(job) == "died":
            return _DIED
        if "error" in status:
            return f"{status['error']}"
        if self._launcher_error is not None:
            first_line = f"{self._launcher_error}".strip().splitlines()[:1]
            return f"the launcher: {type(self._launcher_error).__name__}: {''.join(first_line)}"
        return f"{self._status(job)}: no reason is recorded"

    def _tell_died(self, jobs: Sequence[Job]) -> None:
        died = [job for job in jobs if self._status(job) == "died"]
        for job in died:
            print(f"  died     {job.point.label}\n{'':11}{_DIED} Trying again.")
        if died:
            print(f"{'':11}With hydra/launcher=process the other runs go on beside one that dies.")

    def _write_grid(self) -> None:
        rows = []
        for point, checked in self.grid.points:
            seed = point.seed.partition("=")[2] or (str(checked.config.seed) if isinstance(checked, Job) else "")
            run_id, problem = (checked.run_id, "") if isinstance(checked, Job) else ("", checked)
            rows.append(GridRow(point.arm, seed, run_id, point.own, problem))
        config = self.jobs[0].config
        study = Study(self.name, self.command, self.question, config.baseline, config.reported)
        self.study.write_grid(study, rows)

    def _watched(self, job: Job) -> Watched:
        from cnnlab.config import to_plain

        config = job.config
        folder, own = self.folders[job.run_id], settings(to_plain(config))
        return Watched(folder, job.point.label, config.seed, config.epochs, own, is_rerun=config.rerun)


_DIED = "its process ended without a word: it was killed, or the memory was full."


def _name(grid: Grid) -> str:
    """Return the study's name: as configured, else made of what is swept."""
    configured = next((job.config.study for job in grid.jobs if job.config.study is not None), None)
    if configured is not None:
        return configured
    keys = grid.swept_keys
    return "-".join(key for key in keys if key != "seed") or (keys[0] if keys else "sweep")


@contextmanager
def _sigterm_is_ctrl_c() -> Iterator[None]:
    """Let a polite request to end, as of a cluster, stop the sweep as Ctrl-C does."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _outcome(result: JobReturn) -> Outcome:
    try:
        outcome = result.return_value
    except Exception as error:  # of the launcher: the job itself returns an outcome whatever happens
        return Outcome(1, f"{type(error).__name__}: {error}")
    assert isinstance(outcome, Outcome)
    return outcome


def count(number: int) -> str:
    """Return a number of runs in words."""
    return f"{number} run{'' if number == 1 else 's'}"
