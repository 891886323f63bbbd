"""An exported run, as a program has it: what `cnnlab export` packs, without the rest of the run's folder."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

from cnnlab.api.picture import Picture
from cnnlab.api.run import Run
from cnnlab.base.errors import ConfigError
from cnnlab.outputs.exported import unpacked
from cnnlab.outputs.run_folder import RunFolder

if TYPE_CHECKING:
    import pandas as pd


class ExportedRun(Run):
    """A run from a file that `cnnlab export` made, or from the folder that this file becomes when it is unpacked.

    It has its configuration, summary and network, and classifies images. Its tables and pictures were left behind.

    Args:
        files: of the run.
        origin: the file or folder that was named.
    """

    def __init__(self, files: RunFolder, *, origin: Path) -> None:
        super().__init__(files)
        self._origin = origin

    @classmethod
    def opened(cls, file: Path) -> ExportedRun:
        """Return the run in a file, which stays unpacked as long as the run is referred to.

        Raises:
            ConfigError: the file is damaged.
            RunError: the disk is full.
        """
        above = tempfile.mkdtemp(prefix="cnnlab-")
        try:
            run = cls(unpacked(file, Path(above)), origin=file)
        except BaseException:  # Ctrl-C too
            shutil.rmtree(above, ignore_errors=True)
            raise
        weakref.finalize(run, shutil.rmtree, above, ignore_errors=True)
        return run

    @property
    def folder(self) -> Path:
        """The file or folder that was loaded."""
        return self._origin

    @property
    def status(self) -> str:
        """How it ended: finished."""
        return str(self.summary.get("status", "damaged"))

    @property
    def metrics(self) -> pd.DataFrame:
        """An exported run has no curves.

        Raises:
            ConfigError: always; it says what to take.
        """
        raise self._lacks("metrics")

    @property
    def predictions(self) -> pd.DataFrame:
        """An exported run has no answers of its test split.

        Raises:
            ConfigError: always; it says what to take.
        """
        raise self._lacks("predictions")

    def plot(self, name: str | None = None) -> Picture:
        """Return nothing: an exported run has no pictures.

        Raises:
            ConfigError: always; it says what to take.
        """
        raise self._lacks("plot" if name is None else f"plot('{name}')")

    def _lacks(self, what: str) -> ConfigError:
        return ConfigError(
            f"{what}: was left behind when '{self._origin.name}' was exported. Take .summary, .model and .predict, or "
            "load the run itself."
        )
