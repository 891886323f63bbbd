"""The comparison of a sweep's arms: refreshed now and then while runs go on, shown at the end."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.base.printing import meanwhile, tell
from cnnlab.outputs.lock import printed_all_the_same
from cnnlab.outputs.study_folder import GridRow, StudyFolder
from cnnlab.sweeps.pacing import Pace

if TYPE_CHECKING:
    from cnnlab.comparison.known_runs import KnownRuns  # not at runtime: it brings numpy


class StudyComparison:
    """Compares a study as often as that is worth it.

    Args:
        study: whose comparison is written.
        rows: returns the sweep's grid as it stands.
    """

    def __init__(self, study: StudyFolder, rows: Callable[[], Sequence[GridRow]]) -> None:
        self._study, self._rows = study, rows
        self._pace = Pace()
        self._known: KnownRuns | None = None

    def get_ready(self) -> None:
        """Import what comparing takes before any run: what runs take of memory is told by how it grows."""
        from cnnlab.comparison import import_libraries

        import_libraries()

    def refresh(self) -> None:
        """Write the comparison of what there is so far, unless that was done a moment ago."""
        if not self._pace.is_due:
            return
        with self._pace.keeping():
            self._refresh()

    def show(self, folders: Sequence[Path], *, pictures: bool) -> int:
        """Write and print the comparison; where there is none to be had, the table of the runs in these folders.

        Returns:
            The number of seeds over which arms were compared.

        Raises:
            RunError: it cannot be written; it is printed all the same.
        """
        meanwhile("comparing the arms")
        from cnnlab.comparison import compare_study, save, terminal_lines
        from cnnlab.comparison.run_table import read_lines, show, width
        from cnnlab.runs.pictures import pictures_of

        try:
            comparison = compare_study(self._study)
        except ConfigError as error:  # the runs are there, but no question can be answered with them
            show(read_lines(folders))
            tell(f"no comparison: {error}")
            return 0
        lines = terminal_lines(comparison, width=width())
        with printed_all_the_same("\n".join(lines), comparison.folder.path):
            meanwhile("drawing the page and its pictures")
            save(comparison, pictures=pictures, pixels=pictures_of)
        return max(result.num_pairs for result in comparison.results)

    def _refresh(self) -> None:
        from cnnlab.comparison import write
        from cnnlab.comparison.known_runs import KnownRuns

        self._known = self._known or KnownRuns()
        if [row.run_id for row in self._study.read_grid()] != [row.run_id for row in self._rows()]:
            return  # another sweep of this name has been begun since
        with contextlib.suppress(ConfigError, RunError, OSError):  # told at the end, if it is still so
            write(self._study, pictures=False, read=self._known.read)
