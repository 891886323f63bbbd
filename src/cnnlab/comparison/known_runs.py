"""Runs that were read before. One that has ended stays as it is, so a study is not read anew whenever one more has."""

from __future__ import annotations

from cnnlab.comparison.arms import Run, read_run
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import FINAL, said_at


class KnownRuns:
    """Reads runs, those that are finished or diverged once, as long as they say nothing new."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Run]] = {}

    def read(self, folder: RunFolder, *, seed: str | None = None, fold: str | None = None) -> Run:
        """Return a run as `read_run` does; one that was read before is of the same seed and fold."""
        said, known = said_at(folder), self._known.get(folder.run_id)
        if known is not None and known[0] == said:
            return known[1]
        run = read_run(folder, seed=seed, fold=fold)
        if said is not None and run.state in FINAL:
            self._known[folder.run_id] = said, run
        return run
