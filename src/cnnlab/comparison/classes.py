"""Which classes an arm takes for which: its test predictions, summed over the seeds."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnnlab.base.errors import RunError
from cnnlab.base.metrics import Ints
from cnnlab.base.printing import harmless
from cnnlab.comparison.arms import Arm
from cnnlab.outputs.files import read_table


@dataclass(frozen=True)
class Confusion:
    """Counts of test predictions over all seeds of an arm."""

    counts: Ints
    """(K, K), rows true, columns predicted, in the order of the classes."""
    num_seeds: int

    @property
    def recall(self) -> list[float | None]:
        """Share of each class that was recognised, in [0, 1]; None for a class without images."""
        support = self.counts.sum(axis=1)
        return [int(hits) / int(n) if n else None for hits, n in zip(np.diag(self.counts), support)]


def read_confusion(arm: Arm, classes: Sequence[str]) -> tuple[Confusion | None, list[str]]:
    """Add up the predictions.csv files of an arm's finished runs.

    Returns:
        The sum, None where there is no file; and a line for every file that is damaged and was left out.
    """
    counts = np.zeros((len(classes), len(classes)), dtype=np.int64)
    paths = [run.folder.predictions for run in arm.finished if run.folder is not None]
    num_read, damages = 0, []
    for path in filter(Path.exists, paths):
        try:
            counts += _count(path, classes)
        except (RunError, OSError, UnicodeDecodeError, csv.Error) as damage:
            damages.append(str(damage) if isinstance(damage, RunError) else f"{path}: cannot be read, {damage}.")
        else:
            num_read += 1
    return (Confusion(counts, num_read) if num_read else None), damages


def _count(path: Path, classes: Sequence[str]) -> Ints:
    """Return how often each class was taken for each, (K, K)."""
    place = {harmless(name): i for i, name in enumerate(classes)}  # as the file has them
    counts = np.zeros((len(classes), len(classes)), dtype=np.int64)
    for (target, predicted), number in _pairs(path).items():
        if target not in place or predicted not in place:
            raise RunError(f"{path}: '{target}' or '{predicted}' is none of the classes in summary.json.")
        counts[place[target], place[predicted]] += number
    return counts


def _pairs(path: Path) -> Counter[tuple[str, str]]:
    """Count (target, predicted)."""
    columns = ("target", "predicted")
    table = read_table(path, only=columns)
    try:
        return Counter((target, predicted) for target, predicted in table.columns(columns))
    except ValueError as error:
        raise RunError(f"{path}: has no columns target and predicted.") from error
