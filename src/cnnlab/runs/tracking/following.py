"""One tracker of one run, in a thread of its own: it may fail, or take its time, and the run goes on."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from functools import partial

from cnnlab.base.errors import RunError
from cnnlab.runs.tracking.tracker import End, Open, TrackedRun, Tracker

Epoch = tuple[int, Mapping[str, float]]
"""Its number, and column of metrics.csv -> number."""


class Follower:
    """Tells one tracker of a run, one thing after the other.

    Args:
        name: of the tracker.
        begin: of the tracker.
        run: what is told of.
    """

    def __init__(self, name: str, begin: Open, run: TrackedRun) -> None:
        self.name = name
        self.problem: str | None = None
        """What went wrong first, in a line."""
        self._said: queue.SimpleQueue[Epoch | End] = queue.SimpleQueue()
        # A daemon, since one that hangs must not keep the process from ending.
        self._thread = threading.Thread(target=self._follow, args=(begin, run), name=f"tracker {name}", daemon=True)
        self._thread.start()

    def say(self, what: Epoch | End) -> None:
        """Have the tracker told of an epoch, or of the end; waits for nothing."""
        self._said.put(what)

    def has_ended(self, *, within: float) -> bool:
        """Wait for the tracker to have taken in all, for so many seconds at most; tell whether it has."""
        self._thread.join(max(0.0, within))
        return not self._thread.is_alive()

    def _follow(self, begin: Open, run: TrackedRun) -> None:
        try:
            tracker = begin(run)
        except Exception as error:
            self._note(error)
            return
        missing: list[Epoch] = []
        while not isinstance(said := self._said.get(), End):
            if said[0] > tracker.last_epoch:
                missing = self._still_missing(tracker, [*missing, said])
        self._still_missing(tracker, missing)
        self._works(partial(tracker.end, said))

    def _still_missing(self, tracker: Tracker, epochs: list[Epoch]) -> list[Epoch]:
        """Tell the tracker of epochs, and return those that it did not take: they are tried again."""
        return [told for told in epochs if not self._works(partial(tracker.log, *told))]

    def _works(self, call: Callable[[], None]) -> bool:
        try:
            call()
        except Exception as error:
            self._note(error)
            return False
        return True

    def _note(self, error: Exception) -> None:
        text = f"{error}" if isinstance(error, RunError) else f"{type(error).__name__}: {error}"
        self.problem = self.problem or text.strip().splitlines()[0].rstrip(".")
