"""The report of halving: how far each arm came, beside the comparison of those left."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

from cnnlab.outputs.halving_file import write_halved
from cnnlab.outputs.lock import disk_errors
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import read_status
from cnnlab.outputs.study_folder import GridRow, StudyFolder
from cnnlab.sweeps.halving.design import Halving
from cnnlab.sweeps.study_comparison import StudyComparison


class HalvingReport:
    """Reports on halving.

    Args:
        halving: which.
        study: whose files are written.
        rows: returns its grid as it stands.
    """

    def __init__(self, halving: Halving, study: StudyFolder, rows: Callable[[], Sequence[GridRow]]) -> None:
        self._halving, self._study = halving, study
        self._comparison = StudyComparison(study, rows)
        self._freed: set[str] = set()

    def get_ready(self) -> None:
        """Import what comparing takes, before any run."""
        self._comparison.get_ready()

    def refresh(self) -> None:
        """Write how far arms came, and the comparison, unless that was done a moment ago."""
        with contextlib.suppress(OSError):
            self._free()
        if self._halving.is_halved:
            with contextlib.suppress(OSError):  # told at the end, if it is still so
                write_halved(self._study, self._halving.told())
            self._comparison.refresh()

    def show(self, folders: Sequence[Path], *, pictures: bool) -> int:
        """Write and print what came of it; return the number of seeds over which arms were compared.

        Raises:
            RunError: it cannot be written.
        """
        with disk_errors(self._study.path):
            self._free()
            write_halved(self._study, self._halving.told())
        return self._comparison.show(folders, pictures=pictures)

    def _free(self) -> None:
        """Remove last checkpoints that were kept for the next stage alone."""
        for run_id in self._halving.spent - self._freed:
            folder = self._study.run(run_id)
            if folder.has_checkpoint("last.pt") and _is_spent(folder):
                folder.delete_checkpoint("last.pt")
            self._freed.add(run_id)


def _is_spent(folder: RunFolder) -> bool:
    """Tell whether a run has ended, and was not to keep its last checkpoint anyway."""
    return read_status(folder).get("status") == "finished" and folder.read_config().get("keep") != "last"
