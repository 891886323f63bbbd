"""How long a run takes: in all, whichever processes were at it, and until its first batch."""

from __future__ import annotations

import time


class Clock:
    """Goes from the moment at which this process began with the run.

    Args:
        began: that moment, as `time.perf_counter` had it.
        seconds_before: that earlier processes were at the run, up to its last checkpoint.
    """

    def __init__(self, began: float, *, seconds_before: float = 0.0) -> None:
        self._began, self._seconds_before = began, seconds_before
        self.first_batch_seconds: float | None = None
        """From the beginning of this process to the end of its first step; None before that."""

    @property
    def total_seconds(self) -> float:
        """Seconds that the run has taken so far."""
        return self._seconds_before + time.perf_counter() - self._began

    def end_first_batch(self) -> None:
        """Take down when the first step was done."""
        self.first_batch_seconds = time.perf_counter() - self._began
