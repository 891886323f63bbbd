"""The report of a fair comparison: how arms were tuned, beside the comparison that every study has."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from cnnlab.outputs.fair_tuning import FairTuning, write_fair
from cnnlab.outputs.lock import disk_errors
from cnnlab.outputs.study_folder import GridRow, StudyFolder
from cnnlab.sweeps.fair.arms import untuned_row
from cnnlab.sweeps.fair.design import Fair
from cnnlab.sweeps.pacing import Pace
from cnnlab.sweeps.study_comparison import StudyComparison
from cnnlab.sweeps.tuning.design import Tuning
from cnnlab.sweeps.tuning.space import Space
from cnnlab.sweeps.tuning.tuned import TRIALS, trial_columns, trial_row


class FairReport:
    """Reports on a fair comparison.

    Args:
        fair: which.
        space: in which its arms are tuned.
        how: they are tuned: trials and sampler.
        study: whose files are written.
        rows: returns its grid as it stands.
    """

    def __init__(
        self, fair: Fair, space: Space, how: Mapping[str, str], study: StudyFolder,
        rows: Callable[[], Sequence[GridRow]],
    ) -> None:  # fmt: skip
        self._fair, self._space, self._how, self._study, self._rows = fair, space, how, study, rows
        self._comparison = StudyComparison(study, rows)
        self._pace = Pace()
        self._written = 0  # trials

    def get_ready(self) -> None:
        """Import what comparing takes, before any run."""
        self._comparison.get_ready()

    def refresh(self) -> None:
        """Write how the trials stand, then the comparison, unless that was done a moment ago."""
        if (tried := sum(len(tuning.tried) for tuning in self._tunings)) != self._written:
            with contextlib.suppress(OSError):  # told at the end, if it is still so
                self._write()
                if self._pace.is_due:
                    with self._pace.keeping():
                        self._write_pages()
            self._written = tried
        if self._fair.is_tuned:
            self._comparison.refresh()

    def show(self, folders: Sequence[Path], *, pictures: bool) -> int:
        """Write and print what came of it; return the number of seeds over which arms were compared.

        Raises:
            RunError: it cannot be written.
        """
        with disk_errors(self._study.path):
            self._write()
            self._write_pages()
        return self._comparison.show(folders, pictures=pictures)

    @property
    def _tunings(self) -> list[Tuning]:
        return [arm.tuning for arm in self._fair.arms if arm.tuning is not None]

    def _write_pages(self) -> None:
        from cnnlab.sweeps.fair.pages import write_pages  # brings numpy

        write_pages(self._study, self._fair.arms, self._rows(), sampler=self._how["sampler"])

    def _write(self) -> None:
        arms, seed = self._fair.arms, next((tuning.seed for tuning in self._tunings), 0)
        words = [f"{key}={axis.written}" for key, axis in self._space.axes.items()]
        told = FairTuning(words, int(self._how["trials"]), self._how["sampler"], seed, [arm.told() for arm in arms])
        as_typed = [arm.point.arm for arm in arms if arm.tuning is None]
        same = [row for row in self._rows() if row.arm in as_typed and row.run_id]
        write_fair(self._study, told, [*map(untuned_row, self._fair.beside), *same])
        rows = [
            {"arm": arm.point.arm, **trial_row(one)}
            for arm in arms
            if arm.tuning is not None
            for one in arm.tuning.tried
        ]
        self._study.write_rows(TRIALS, ["arm", *trial_columns(self._space)], rows)
