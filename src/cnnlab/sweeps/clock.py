"""The time that a sweep may take: `max_hours`."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence

from cnnlab.sweeps.checked import Job


class Clock:
    """Runs from the beginning of a sweep.

    Args:
        max_hours: after which no further seed is begun; None: no limit.
    """

    def __init__(self, max_hours: float | None) -> None:
        self._max_hours = max_hours
        self._began = time.monotonic()

    def is_over(self) -> bool:
        """Tell whether the time is used up."""
        return self._max_hours is not None and time.monotonic() - self._began >= 3600 * self._max_hours

    def portions(self, jobs: Sequence[Job]) -> Iterator[list[Job]]:
        """Yield what is launched at once: all of it, or seed by seed where the time is limited."""
        if self._max_hours is None:
            yield list(jobs)
        else:
            for _, of_seed in itertools.groupby(jobs, key=lambda job: job.config.seed):
                yield list(of_seed)

    def said(self) -> str:
        """Return the line that says so."""
        return f"stopped  max_hours={self._max_hours:g} are over"
