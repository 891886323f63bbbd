"""Launching: hands runs to a launcher until every one has ended, and knows why one has no result."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Mapping, Sequence

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.base.printing import tell
from cnnlab.base.texts import and_more
from cnnlab.config.run_config import RunConfig
from cnnlab.outputs.lock import is_held
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.standing import DIED, standing
from cnnlab.outputs.status import FINAL, correct_status, read_status, said_at
from cnnlab.outputs.summary_file import read_summary
from cnnlab.runs.outcome import Outcome
from cnnlab.sweeps.checked import Job

Launch = Callable[[list[list[str]]], Sequence[Outcome]]
"""Overrides of each run -> how each ended, in the same order; what a launcher does."""

_PAUSE = 1.0  # seconds between two looks at runs that another process trains


def grouped(launch: Launch, config: RunConfig, name: str) -> Launch:
    """Return a launcher whose runs know which study they belong to, where trackers group them by it.

    Args:
        launch: what it does.
        config: of any run of the sweep.
        name: of the sweep's folder, which no one has typed where it is named after its keys.
    """
    if not config.tracker or config.study is not None:
        return launch
    return lambda runs: launch([[*overrides, f"study={json.dumps(name)}"] for overrides in runs])


class Launching:
    """How runs of a sweep end: what the launcher says of each, and what its files say.

    Args:
        folders: of the runs, by their ids.
    """

    def __init__(self, folders: Mapping[str, RunFolder]) -> None:
        self._folders = folders
        self._outcomes: dict[str, Outcome] = {}
        self._noted: set[str] = set()
        self._launcher_error: Exception | None = None

    def carry_out(self, jobs: Sequence[Job], launch: Launch) -> None:
        """Launch until every run has ended; those that another process trains are looked at again at the end."""
        left = list(jobs)
        while left:
            began = time.time()
            self._launch(left, launch)
            unsettled = [job for job in left if not self._is_settled(job, began)]
            if len(unsettled) == len(left) and not any(map(self._is_busy, left)):
                return  # the launcher gets nowhere
            left = unsettled
            while left and all(is_held(self._folders[job.run_id]) for job in left):
                time.sleep(_PAUSE)

    def found_wrong(self) -> dict[str, str]:
        """Return what is wrong with configurations, by run id, where only building the run could tell."""
        return {run_id: outcome.reason for run_id, outcome in self._outcomes.items() if outcome.code == 2}

    def problem(self, job: Job) -> str | None:
        """Return why a run has no result, in a line or two; None if it has one."""
        if self._status(job) == "finished":
            try:
                read_summary(self._folders[job.run_id])
            except RunError as error:
                return str(error)
            return None
        outcome, status = self._outcomes.get(job.run_id), read_status(self._folders[job.run_id])
        if outcome is not None and outcome.reason:
            trace = self._folders[job.run_id].error
            where = f"\nThe traceback is in {trace}." if outcome.traceback and trace.exists() else ""
            return f"{outcome.reason}{where}".replace("\n", f"\n{'':11}")
        if self._status(job) == "died":
            return DIED
        if "error" in status:
            return str(status["error"])
        if self._launcher_error is not None:
            first_line = f"{self._launcher_error}".strip().splitlines()[:1]
            return f"the launcher: {type(self._launcher_error).__name__}: {''.join(first_line)}"
        return f"{self._status(job)}: no reason is recorded"

    def failures(self, failed: Sequence[Job]) -> list[str]:
        """Return what became of each run that has no result; what is wrong with several configurations is said once."""
        wrong = self.found_wrong()
        alike: dict[str, list[Job]] = {}
        for job in failed:
            alike.setdefault(wrong.get(job.run_id) or job.run_id, []).append(job)
        return [self._failure(first, len(others)) for first, *others in alike.values()]

    def _failure(self, job: Job, num_more: int) -> str:
        kind = "diverged" if self._status(job) == "diverged" else "failed"
        return f"  {kind:9}{job.point.label}{and_more(num_more)}\n{'':11}{self.problem(job)}"

    def _launch(self, jobs: Sequence[Job], launch: Launch) -> None:
        self._launcher_error = None
        for job in jobs:
            self._outcomes.pop(job.run_id, None)
        try:
            outcomes = launch([job.point.overrides for job in jobs])
        except ConfigError:  # there is no launcher of that kind, and nothing was begun
            raise
        except Exception as error:  # of the launcher, say because one process died: what others did is in their files
            self._launcher_error = error
            return
        for job, outcome in zip(jobs, outcomes):
            self._outcomes[job.run_id] = outcome
            if outcome.is_taken_over:
                tell(f"note     {outcome.reason}")
            for note in outcome.notes:
                self._note(note)
            with contextlib.suppress(OSError):  # the disk is full; what went wrong is told at the end all the same
                self._record(self._folders[job.run_id], outcome)

    def _note(self, note: str) -> None:
        """Tell what a run has to say beside its result, once for all runs that say the same."""
        if note not in self._noted:
            tell(note)
        self._noted.add(note)

    def _record(self, folder: RunFolder, outcome: Outcome) -> None:
        """Write down what only the launcher knows: why a run could not say itself how it ended."""
        before = standing(folder)
        has_failed = outcome.code == 1 and not outcome.is_busy
        could_not_say = before in ("died", "interrupted") or (before in ("waiting", "running") and has_failed)
        if outcome.reason and could_not_say and not is_held(folder):
            correct_status(folder, "interrupted" if before == "interrupted" else "failed", error=outcome.reason)
        if outcome.traceback:
            folder.write_error(f"{outcome.traceback}\n")

    def _is_settled(self, job: Job, began: float) -> bool:
        """Tell whether a run needs no further launch: its outcome is known, or its files say how it ended."""
        outcome, folder = self._outcomes.get(job.run_id), self._folders[job.run_id]
        if outcome is not None:
            return not outcome.is_busy or self._status(job) in FINAL
        if is_held(folder):
            return False
        said = said_at(folder)
        return said is not None and said >= began

    def _is_busy(self, job: Job) -> bool:
        outcome = self._outcomes.get(job.run_id)
        return is_held(self._folders[job.run_id]) or (outcome is not None and outcome.is_busy)

    def _status(self, job: Job) -> str:
        return standing(self._folders[job.run_id])
