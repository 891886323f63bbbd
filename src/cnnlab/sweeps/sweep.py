"""A sweep: has the runs launched that are to do, shows how they stand, and compares them."""

from __future__ import annotations

import contextlib
import shlex
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from cnnlab.base.errors import ConfigError, Interrupted, RunError
from cnnlab.outputs.files import RUNS
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.settings import settings
from cnnlab.outputs.status import DIED, FINAL, standing
from cnnlab.outputs.study_folder import GridRow, Study, StudyFolder
from cnnlab.sweeps.launching import Launch, Launching
from cnnlab.sweeps.points import Grid, Job
from cnnlab.sweeps.watch import Watch, Watched

_COMPARISON_PAUSE = 30.0  # seconds: comparing takes one, and the processor has runs to train


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
        self._launching = Launching(self.folders)
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
        from cnnlab.sweeps.plan import plan_lines

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
                    self._launching.carry_out(to_do, launch)
                self._close()
        except KeyboardInterrupt:
            counts = watch.counts()
            print(f"interrupted: {counts['done']} of {count(len(self.jobs))} are done. Go on with:\n  {self.command}")
            raise Interrupted from None

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
        failures = [self._failure(job) for job in self.jobs if self._launching.problem(job) is not None]
        num_refused = sum(map(len, self.grid.refused.values()))
        if failures or num_refused:
            num_points = len(self.jobs) + num_refused
            head = f"{len(failures) + num_refused} of {count(num_points)} failed:"
            raise RunError("\n".join([head, *failures, *self.grid.refusals()]))

    def _draw(self) -> None:
        from cnnlab.plots.drawing import draw_runs
        from cnnlab.runs.console import RunConsole

        drawn = [job for job in self.jobs if job.config.plots and self._status(job) in FINAL]
        progress = RunConsole().preparing if sys.stdout.isatty() else None
        draw_runs([self.folders[job.run_id].path for job in drawn], progress=progress)

    def _show_comparison(self) -> None:
        from cnnlab.comparison import terminal_lines, write
        from cnnlab.comparison.run_table import show, width

        try:
            wants_pictures = any(job.config.plots for job in self.jobs)
            print("\n".join(terminal_lines(write(self.study, pictures=wants_pictures), width=width())))
        except ConfigError as error:  # the runs are there, but no question can be answered with them
            show([folder.path for folder in self.folders.values()])
            print(f"no comparison: {error}")

    def _failure(self, job: Job) -> str:
        kind = "diverged" if self._status(job) == "diverged" else "failed"
        return f"  {kind:9}{job.point.label}\n{'':11}{self._launching.problem(job)}"

    def _tell_died(self, jobs: Sequence[Job]) -> None:
        died = [job for job in jobs if self._status(job) == "died"]
        for job in died:
            print(f"  died     {job.point.label}\n{'':11}{DIED} Trying again.")
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
        return self.grid.rows(self._launching.found_wrong())

    def _write_grid(self) -> None:
        config = self.jobs[0].config
        study = Study(self.name, self.command, self.question, self.baseline, config.reported)
        self.study.write_grid(study, self._rows())

    def _watched(self, job: Job) -> Watched:
        from cnnlab.config.run_config import to_plain

        config = job.config
        folder, own = self.folders[job.run_id], settings(to_plain(config))
        if job.point.arm_name:
            own = {"arm": job.point.arm_name, **own}
        return Watched(folder, job.point.label, config.seed, config.epochs, own, is_rerun=config.rerun)


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


def count(number: int) -> str:
    """Return a number of runs in words."""
    return f"{number} run{'' if number == 1 else 's'}"
