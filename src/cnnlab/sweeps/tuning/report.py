"""The report of a tuning: its files, refreshed while trials go on, and what is shown at the end."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

from cnnlab.base.errors import RunError
from cnnlab.outputs.lock import printed_all_the_same
from cnnlab.outputs.study_folder import GridRow, StudyFolder
from cnnlab.sweeps.pacing import Pace
from cnnlab.sweeps.tuning.design import Tuning
from cnnlab.sweeps.tuning.storing import Storage
from cnnlab.sweeps.tuning.tables import terminal_lines
from cnnlab.sweeps.tuning.tuned import read_tuned, write_tuned


class TuningReport:
    """Reports on a tuning.

    Args:
        tuning: which.
        kind: of its sampler.
        storage: URL of a database that gets a copy of the trials; None: a file of the study.
        study: whose files are written.
        rows: returns the grid as it stands.
    """

    def __init__(
        self, tuning: Tuning, kind: str, storage: str | None, study: StudyFolder,
        rows: Callable[[], Sequence[GridRow]],
    ) -> None:  # fmt: skip
        self._tuning, self._kind, self._url, self._study, self._rows = tuning, kind, storage, study, rows
        self._storage: Storage | None = None
        self._num_stored = 0
        self._pace = Pace()

    def get_ready(self) -> None:
        """Write what is asked; the runs of a tuning that is killed are found under their trials.

        What the page takes is imported too, before any run: what runs take of memory is told by how it grows.

        Raises:
            ConfigError: there is no such database.
        """
        from cnnlab.comparison import import_libraries

        import_libraries()
        self._storage = Storage(self._study, self._url)
        self._write()

    def refresh(self) -> None:
        """Write how the trials stand, and the page, unless that was done a moment ago."""
        with contextlib.suppress(OSError, RunError):  # told at the end, if it is still so
            self._write()
            if self._pace.is_due:
                with self._pace.keeping():
                    _write_page(self._study)

    def show(self, folders: Sequence[Path], *, pictures: bool) -> int:  # noqa: ARG002 - as of `Reporter`
        """Write and print what came of it; no arms are compared.

        Raises:
            RunError: it cannot be written; it is printed all the same.
        """
        self._write()
        show_tuned(self._study)
        return 0

    def _write(self) -> None:
        write_tuned(self._study, self._tuning, self._rows(), kind=self._kind)
        if self._storage is not None and (num := len(self._tuning.tried)) > self._num_stored:
            self._storage.write(self._tuning.sampler.trials()[:num])
            self._num_stored = num


def _write_page(study: StudyFolder) -> None:
    """Write the page alone."""
    from cnnlab.sweeps.tuning.importance import importances  # as in show_tuned
    from cnnlab.sweeps.tuning.page import write_page

    tuned = read_tuned(study)
    write_page(tuned, importances(tuned.space, tuned.tried))


def show_tuned(study: StudyFolder) -> None:
    """Print what came of a tuning, and write its page.

    Raises:
        RunError: a file is missing or damaged, or the page cannot be written; what can be said is printed all the same.
    """
    from cnnlab.comparison.run_table import width  # these bring numpy, and a tuning that is begun needs none of it
    from cnnlab.sweeps.tuning.importance import importances
    from cnnlab.sweeps.tuning.page import write_page

    tuned = read_tuned(study)
    found = importances(tuned.space, tuned.tried)
    with printed_all_the_same("\n".join(terminal_lines(tuned, found, width=width())), study.path):
        write_page(tuned, found)
