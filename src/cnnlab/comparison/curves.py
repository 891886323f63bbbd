"""An arm's metrics.csv files as one curve per figure: the mean over seeds, and the band from lowest to highest."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cnnlab.base.errors import RunError
from cnnlab.base.metrics import Floats
from cnnlab.base.texts import first_names
from cnnlab.comparison.arms import Arm, Run
from cnnlab.comparison.verdicts import Result
from cnnlab.outputs.run_folder import RunFolder

SPLITS = {"train": "training", "val": "validation", "test": "test"}
METRICS = tuple(f"{split}_{name}" for name in ("accuracy", "loss") for split in SPLITS)
"""Columns of metrics.csv that are drawn."""

UNFINISHED = ("running", "interrupted", "died", "pruned")
"""States of a run that goes on, will when the sweep is repeated, or was ended early on purpose."""


@dataclass(frozen=True)
class Band:
    """A figure per epoch over the seeds, each (E,); nan where it was not measured or is not finite."""

    mean: Floats
    low: Floats
    """The lowest seed's."""
    high: Floats
    """The highest seed's."""


@dataclass(frozen=True)
class Curves:
    """How an arm learned, up to the last epoch that all its seeds reached."""

    seconds: Floats
    """(E,) of training up to the end of each epoch, mean over the seeds; NaN where a run shared a GPU."""
    bands: dict[str, Band]
    """Name of METRICS -> figure; those that were never measured are left out."""
    num_seeds: int

    @property
    def num_epochs(self) -> int:
        """E."""
        return len(self.seconds)


def read_curves(arm: Arm) -> Curves | None:
    """Read the curves of an arm's finished runs; while there are none, of those that may still finish.

    What a run learned before it diverged or failed is no result, and is not shown like one.

    Returns:
        None before the first epoch of the first run, and where none is left that may finish.

    Raises:
        RunError: a metrics.csv holds something else than numbers.
    """
    runs: Sequence[Run] = arm.finished or [run for run in arm.runs if run.state in UNFINISHED]
    tables = [table for run in runs if run.folder is not None and len(table := _read(run.folder))]
    if not tables:
        return None
    epochs = min(map(len, tables))
    stacked = np.stack([table[:epochs] for table in tables])  # (seeds, E, 1 + metrics)
    bands = {name: _band(stacked[:, :, i]) for i, name in enumerate(METRICS, 1)}
    measured = {name: band for name, band in bands.items() if np.isfinite(band.mean).any()}
    seconds = stacked[:, :, 0].cumsum(axis=1).mean(axis=0)
    if not all(run.is_timed for run in runs):
        seconds = np.full(epochs, np.nan)
    return Curves(seconds, measured, len(tables))


def notes_on_curves(results: Sequence[Result], drawn: Collection[str], names: Mapping[str, str]) -> list[str]:
    """Say which arms have no curves and why, and whose curves are no results yet.

    Args:
        results: of all arms.
        drawn: labels of the arms that have curves.
        names: of the arms, as they are to be written.
    """
    missing = [f"{names[result.label]} ({result.verdict})" for result in results if result.label not in drawn]
    begun = [names[result.label] for result in results if result.label in drawn and not result.arm.finished]
    said = {"not drawn": missing, "not finished": begun}
    return [f"{what}: {first_names(arms, most=3)}" for what, arms in said.items() if arms]


def _read(folder: RunFolder) -> Floats:
    """Return (E, 1 + metrics): seconds, then METRICS."""
    rows = folder.read_metrics()
    cells = [[row.get(name) or "nan" for name in ("seconds", *METRICS)] for row in rows]
    try:
        return np.array(cells, dtype=np.float64).reshape(len(rows), 1 + len(METRICS))
    except ValueError as error:
        raise RunError(f"{folder.path / 'metrics.csv'}: cannot be read, {error}.") from error


def _band(values: Floats) -> Band:
    """Reduce (seeds, E) to (E,); an epoch in which a seed has no finite figure has none."""
    finite = np.where(np.isfinite(values), values, np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a mean of nothing
        return Band(finite.mean(axis=0), finite.min(axis=0), finite.max(axis=0))
