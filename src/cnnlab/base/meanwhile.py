"""A line at the foot of a terminal that names what is going on, until anything else is printed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_TICK = 1.0  # seconds between two looks at the clock


class Meanwhile:
    """Names what takes long while it lasts, and from the second second on how long it has lasted.

    Args:
        write: puts text on the terminal at once, and does nothing else.
    """

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write, self._lock = write, threading.RLock()  # a signal's handler may print while this thread draws
        self._what: str | None = None
        self._began, self._shown, self._ended = 0.0, "", threading.Event()

    def say(self, what: str) -> None:
        """Name what is going on, in the place of what was."""
        with self._lock:
            self.end()
            self._what, self._began, self._ended = what, time.monotonic(), threading.Event()
            self._draw()
            threading.Thread(target=self._go_along, args=(self._ended,), daemon=True).start()

    def end(self) -> None:
        """Take the line away; the cursor is back where it was."""
        if self._what is None:
            return
        with self._lock:
            self._ended.set()
            self._write(f"\r{' ' * len(self._shown)}\r")
            self._what, self._shown = None, ""

    def _go_along(self, ended: threading.Event) -> None:
        while not ended.wait(_TICK):
            with self._lock:
                if not ended.is_set():
                    self._draw()

    def _draw(self) -> None:
        seconds = int(time.monotonic() - self._began)
        self._shown = f"{self._what} ...{f' {seconds} s' if seconds else ''}"
        self._write(f"\r{self._shown}")
