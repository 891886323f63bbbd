"""A study as a program has it: its tables, its verdict, its page; of a tuning its trials."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cnnlab.api import html
from cnnlab.api.frames import frame
from cnnlab.api.guest import as_guest
from cnnlab.api.picture import Picture, picked
from cnnlab.api.run import Run
from cnnlab.base.errors import ConfigError
from cnnlab.base.stopping import Stop
from cnnlab.outputs.files import pictures_in
from cnnlab.outputs.study_folder import StudyFolder
from cnnlab.sweeps.tuning.tuned import TRIALS, is_tuned

if TYPE_CHECKING:
    import pandas as pd

    from cnnlab.comparison import Comparison
    from cnnlab.sweeps.tuning.tuned import Tuned

_TELLING = ("test_accuracy", "accuracy", "heat_maps")
"""Pictures of a study, the one first that says most about it."""
_NAMES = ("run_id", "arm", "status")


class Study:
    """A study: what its folder holds, read when it is asked for.

    Args:
        folder: of the study.
    """

    def __init__(self, folder: StudyFolder) -> None:
        self._files = folder

    @property
    def name(self) -> str:
        """What it is called, as in `cnnlab report NAME`."""
        return self._files.path.name

    @property
    def folder(self) -> Path:
        """Where its files are; its runs lie beside it."""
        return self._files.path

    @property
    def command(self) -> str:
        """The command line that makes it again: what is finished is found."""
        return self._files.read_study().command

    @property
    def runs(self) -> list[Run]:
        """Its runs, in the order of running; those that were begun.

        Raises:
            RunError: runs.csv is damaged.
        """
        ids = dict.fromkeys(row.run_id for row in self._files.read_grid() if row.run_id)
        return [Run(run) for run in map(self._files.run, ids) if (run.path / "config.yaml").is_file()]

    @property
    def results(self) -> pd.DataFrame:
        """A row for every run, with the settings that differ: results.csv.

        Raises:
            ConfigError: pandas is not installed.
            RunError: the file is damaged.
        """
        return frame(self._files.read_rows("results.csv"), texts=_NAMES)

    @property
    def comparison(self) -> pd.DataFrame:
        """A row for every arm, with interval, difference and verdict: comparison.csv.

        Raises:
            ConfigError: pandas is not installed.
            RunError: the file is damaged.
        """
        return frame(self._files.read_rows("comparison.csv"), texts=(*_NAMES, "verdict"))

    @property
    def curves(self) -> pd.DataFrame:
        """A row for every epoch of every run: `arm`, `seed`, `run_id`, then the columns of metrics.csv.

        Raises:
            ConfigError: pandas is not installed.
            RunError: a file is damaged.
        """
        rows = [
            {"arm": row.arm, "seed": row.seed, "run_id": row.run_id, **epoch}
            for row in self._files.read_grid()
            if row.run_id
            for epoch in self._files.run(row.run_id).read_metrics()
        ]
        return frame(rows, texts=_NAMES)

    @property
    def verdict(self) -> str:
        """What may be said of its arms, in sentences, as the terminal and the page say it.

        Raises:
            ConfigError: its runs cannot be compared.
            RunError: a file is damaged.
        """
        comparison = self._compared()
        return " ".join((comparison.headline, *comparison.conclusion))

    @property
    def page(self) -> Path:
        """Its page, report.html: it opens offline in any browser."""
        return self.folder / "report.html"

    def plot(self, name: str | None = None) -> Picture:
        """Return one of its pictures, which a notebook shows; those that are missing are drawn.

        Args:
            name: test_accuracy, accuracy, loss, heat_maps, main_effects or interactions; None: the most telling one.

        Raises:
            ConfigError: there is none of this name.
            RunError: a file of a run cannot be read.
        """
        if not pictures_in(self.folder):
            as_guest(self._draw)
        return picked(self.folder, name, preferred=_TELLING)

    def _draw(self, _: Stop) -> None:
        from cnnlab.comparison.figures import draw_all  # matplotlib takes half a second to import

        draw_all(self._compared())

    def _compared(self) -> Comparison:
        from cnnlab.comparison import compare_study  # brings SciPy

        return compare_study(self._files)

    def __repr__(self) -> str:
        return f"<cnnlab study {self.name}: {self.folder}>"

    def _repr_html_(self) -> str:
        from cnnlab.comparison.tables import document_rows

        comparison = self._compared()
        header, *rows = document_rows(comparison)
        parts = [html.paragraph(f"study {self.name}"), html.paragraph(comparison.headline, is_strong=True)]
        parts += map(html.paragraph, comparison.conclusion)
        parts += [html.table(header, rows, texts=(0, header.index("verdict")))]
        if pictures_in(self.folder):
            drawn = picked(self.folder, None, preferred=_TELLING).path
            parts.append(html.picture(drawn, about=f"{drawn.stem} of {self.name}"))
        parts += [html.paragraph(f"Note: {text}") for text in (*comparison.cautions, *comparison.failures)]
        return "".join([*parts, html.code(str(self.page))])


class Tuning(Study):
    """A tuning: a study whose runs are trials of settings, the best of which are tested over fresh seeds.

    Args:
        folder: of the study.
    """

    @property
    def trials(self) -> pd.DataFrame:
        """A row for every trial, with the settings that it tried: trials.csv.

        Raises:
            ConfigError: pandas is not installed.
            RunError: the file is damaged.
        """
        return frame(self._files.read_rows(TRIALS), texts=_NAMES)

    @property
    def best(self) -> dict[str, str]:
        """The settings with the best accuracy on validation, key -> value as typed; {} before there are any.

        Raises:
            RunError: a file is damaged.
        """
        best = self._tuned().best
        return {} if best is None else dict(best.trial.values)

    @property
    def comparison(self) -> pd.DataFrame:
        """A tuning compares no arms.

        Raises:
            ConfigError: always; it says what to take.
        """
        raise ConfigError(
            f"comparison: {self.name} is a tuning, which compares no arms. Take .trials, .best, .verdict."
        )

    @property
    def verdict(self) -> str:
        """What may be said of the best settings, in sentences.

        Raises:
            RunError: a file is damaged.
        """
        from cnnlab.sweeps.tuning.importance import importances
        from cnnlab.sweeps.tuning.tables import sentences

        tuned = self._tuned()
        return " ".join(sentences(tuned, importances(tuned.space, tuned.tried)))

    def _tuned(self) -> Tuned:
        from cnnlab.sweeps.tuning.tuned import read_tuned

        return read_tuned(self._files)

    def __repr__(self) -> str:
        return f"<cnnlab tuning {self.name}: {self.folder}>"

    def _repr_html_(self) -> str:
        header, rows = ("setting", "value"), self.best.items()
        parts = [html.paragraph(f"tuning {self.name}"), html.paragraph(self.verdict), html.table(header, rows)]
        return "".join([*parts, html.code(str(self.page))])


def opened_study(path: Path) -> Study:
    """Return the study in a folder; a tuning is one of its own kind."""
    folder = StudyFolder(path)
    return Tuning(folder) if is_tuned(folder) else Study(folder)
