"""Whether a run goes on after an epoch, judged by those who asked for it: the trials of a tuning are ended early."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Judge(Protocol):
    """Is asked after each epoch."""

    def goes_on(self, epoch: int, accuracy: float) -> bool:
        """Tell whether a run goes on.

        Args:
            epoch: that has ended, from 1.
            accuracy: on validation, of the best epoch so far, in [0, 1].
        """


@dataclass(frozen=True)
class Bars:
    """Accuracies that a run has to have reached, as plain values: they go wherever a configuration goes.

    Args:
        heights: by epoch, from the first; None, and beyond the last one: no bar.
    """

    heights: Sequence[float | None] = ()

    def goes_on(self, epoch: int, accuracy: float) -> bool:
        """Tell whether a run that has an epoch behind it has reached that epoch's bar."""
        height = self.heights[epoch - 1] if 0 < epoch <= len(self.heights) else None
        return height is None or accuracy >= height
