"""A few images tell how long the features of all take: in place of all features, for an estimate."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from cnnlab.building.features import Extraction
from cnnlab.data.stores import Store

SAMPLE = 256
"""Images of a store that tell how long all of them take."""


class FeatureSamples:
    """Obtains features by computing a few, which stand for the others over and over; nothing is kept on the disk.

    Runs with the same features share a sample.
    """

    def __init__(self) -> None:
        self._taken: dict[Path, tuple[Tensor, float]] = {}

    def __call__(self, extraction: Extraction, file: Path, store: Store, rows: Tensor) -> tuple[Tensor, float]:
        """Return features in place of those of all rows, and the seconds that all of them would take."""
        some = rows[:: -(-len(rows) // SAMPLE)]
        if file not in self._taken:
            extraction.compute(store, some[:1])  # the first batch allocates memory and chooses algorithms
            self._taken[file] = extraction.compute(store, some)
        features, seconds = self._taken[file]
        return features.repeat(-(-len(rows) // len(some)), 1)[: len(rows)], seconds * len(rows) / len(some)
