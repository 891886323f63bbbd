"""results.csv: a row for each run of a study, refreshed while runs end. Only rows that changed are laid out anew."""

from __future__ import annotations

from collections.abc import Mapping

from cnnlab.base.schema import PlainMapping
from cnnlab.outputs.files import csv_text, write_text
from cnnlab.outputs.reaching import Goals
from cnnlab.outputs.study_folder import RESULTS, StudyFolder, effort_columns, is_reached


class ResultsTable:
    """The settings that differ between the runs, and their figures.

    Args:
        folder: of the study.
        goals: validation accuracies; of those that some run has reached, the table says what that took.
    """

    def __init__(self, folder: StudyFolder, goals: Goals = Goals()) -> None:
        self._path = folder.path / "results.csv"
        self._settings: dict[str, Mapping[str, str]] = {}
        self._figures: dict[str, PlainMapping] = {}
        self._values: dict[str, set[str]] = {}
        """Setting -> what it is in some run, "" where a run has none."""
        self._goals, self._reached = goals, set[float]()
        self._columns: list[str] = []
        self._lines: dict[str, str] = {}

    def add(self, settings: Mapping[str, str], figures: PlainMapping) -> None:
        """Add a run at the end.

        Args:
            settings: as of `outputs.settings.settings`.
            figures: as of `result_row`.
        """
        for key in {**self._values, **settings}:
            self._values.setdefault(key, {""} if self._settings else set()).add(settings.get(key, ""))
        self._settings[figures["run_id"]] = settings
        self.update(figures)

    def update(self, figures: PlainMapping) -> None:
        """Take other figures of a run."""
        self._figures[figures["run_id"]] = figures
        self._lines.pop(figures["run_id"], None)
        self._reached |= {accuracy for accuracy in self._goals.known if is_reached(figures, accuracy)}

    def write(self) -> None:
        """Write the table in one step: a reader sees the old or the new one."""
        differing = [key for key, values in self._values.items() if key != "seed" and len(values) > 1]
        efforts = [name for accuracy in self._goals.shown(self._reached) for name in effort_columns(accuracy)]
        own_keys = sorted(differing, key=lambda key: "." in key)  # names of parts first, then their keys
        columns = [*own_keys, *RESULTS, *efforts]
        if columns != self._columns:
            self._columns, self._lines = columns, {}
        for run_id in self._figures.keys() - self._lines.keys():
            own = {key: self._settings[run_id].get(key, "") for key in differing}
            self._lines[run_id] = csv_text(columns, [{**own, **self._figures[run_id]}], with_header=False)
        write_text(self._path, csv_text(columns, []) + "".join(map(self._lines.__getitem__, self._settings)))
