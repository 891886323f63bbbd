"""How often a report is written anew while runs go on, whose processor it takes."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

PAUSE = 30.0  # seconds: writing takes one, and the processor has runs to train
_SHARE = 20  # what takes long makes the pause longer: at most this part of the time goes into it


class Pace:
    """Keeps apart the times at which something is done again."""

    def __init__(self) -> None:
        self._at = time.monotonic()
        self._took = 0.0  # seconds

    @property
    def is_due(self) -> bool:
        """Whether it was not done a moment ago."""
        return time.monotonic() - self._at >= max(PAUSE, _SHARE * self._took)

    @contextlib.contextmanager
    def keeping(self) -> Iterator[None]:
        """Take the time of what is done now."""
        began = time.monotonic()
        yield
        self._at = time.monotonic()
        self._took = self._at - began
