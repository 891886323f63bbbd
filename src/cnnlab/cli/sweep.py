"""A sweep: hands the runs that are to do to a launcher until all have ended, and says how."""

from __future__ import annotations

import contextlib
import shlex
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
from cnnlab.summary_file import read_summary
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
        self.baseline = self._checked_baseline()
        self._outcomes: dict[str, Outcome] = {}
        self._launcher_error: Exception | None = None
        self._compared_at = time.monotonic()

    def _checked_baseline(self) -> str | None:
        """Return the name of the baseline, None for the first arm.

        Raises:
            ConfigError: no arm is called as typed. A study's own baseline may have been left out of the grid.
        """
        from cnnlab.comparison.arms import arm_called

        wanted = self.jobs[0].config.baseline
        arms = list(dict.fromkeys(point.arm for point, _ in self.grid.points))
        try:
            return None if wanted is None else arm_called(wanted, arms)
        except ConfigError:
            if any(word.startswith("baseline=") for word in shlex.split(self.command)):
                raise
            print(f"note     baseline: no arm '{wanted}' in this grid, {arms[0]} is taken")
            return None

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
        self._tell_replaced()
        self._write_grid()
        to_do = [job for job in self.jobs if job.config.rerun or self._status(job) not in FINAL]
        before = len(self.jobs) - len(to_do)
        print(f"sweep    {self.name}: {count(len(self.jobs))}{f', {before} done before' if before else ''}")
        self._tell_died(to_do)
        runs = [self._watched(job) for job in self.jobs]
        watch = Watch(self.name, self.study, runs, on_change=self._refresh_comparison)
        try:
            with _sigterm_is_ctrl_c():
                with watch:
                    self._run(to_do, launch)
                self._close()
        except KeyboardInterrupt:
            counts = watch.counts()
            print(f"interrupted: {counts['done']} of {count(len(self.jobs))} are done. Go on with:\n  {self.command}")
            raise Interrupted from None

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
        for job, result in zip(jobs, returned):
            self._outcomes[job.run_id] = outcome = _outcome(result)
            self._record(self.folders[job.run_id], outcome)

    def _record(self, folder: RunFolder, outcome: Outcome) -> None:
        """Write down what only the launcher knows: why a run could not say itself how it ended."""
        standing_now = standing(folder)
        if outcome.reason and standing_now in ("died", "interrupted") and not is_held(folder):
            status = "failed" if standing_now == "died" else standing_now
            folder.write_json(
                "status.json", {**folder.read_json("status.json"), "status": status, "error": outcome.reason}
            )

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

        if [row.run_id for row in self.study.read_grid()] != [row.run_id for row in self._rows()]:
            return  # another sweep of this name has been begun since
        with contextlib.suppress(ConfigError, RunError):  # told at the end, if it is still so
            write(self.study, pictures=False)
        self._compared_at = time.monotonic()

    def _close(self) -> None:
        """Draw the pictures, show the comparison, name what failed."""
        self._write_grid()  # again: of a sweep that was begun in between, or with what the runs said of their grid
        self._draw()
        print()
        self._show_comparison()
        failures = [self._failure(job) for job in self.jobs if self._problem(job) is not None]
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
        return f"  {kind:9}{job.point.label}\n{'':11}{self._problem(job)}"

    def _problem(self, job: Job) -> str | None:
        """Return why a run has no result, in a line or two; None if it has one."""
        if self._status(job) == "finished":
            try:
                read_summary(self.folders[job.run_id])
            except RunError as error:
                return str(error)
            return None
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

    def _tell_replaced(self) -> None:
        """Say so if the folder holds another sweep, none of whose runs are among these."""
        try:
            before = {row.run_id for row in self.study.read_grid()} - {""}
        except RunError:
            return  # there is none
        if before and before.isdisjoint(self.folders):
            print(f"note     {self.study.path} holds another sweep; its comparison is replaced, its runs are kept.")
            print(f"{'':9}To keep both, give this one a name: study=<name>")

    def _rows(self) -> list[GridRow]:
        """Return the grid; runs that were found wrong when they were built are refused points of it."""
        wrong = {run_id: outcome.reason for run_id, outcome in self._outcomes.items() if outcome.code == 2}
        return self.grid.rows(wrong)

    def _write_grid(self) -> None:
        config = self.jobs[0].config
        study = Study(self.name, self.command, self.question, self.baseline, config.reported)
        self.study.write_grid(study, self._rows())

    def _watched(self, job: Job) -> Watched:
        from cnnlab.config import to_plain

        config = job.config
        folder, own = self.folders[job.run_id], settings(to_plain(config))
        if job.point.arm_name:
            own = {"arm": job.point.arm_name, **own}
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
