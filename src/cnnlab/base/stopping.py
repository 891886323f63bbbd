"""The wish to stop: Ctrl-C, SIGTERM or a closed terminal, heard from a command's first line to its last."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")  # the last one is not known to Windows


class Stop:
    """Whether the user wants a command to end: one object a command, which any number of its runs may ask.

    A signal raises KeyboardInterrupt at once, or where something would be lost, at the next look. Libraries swallow the
    exception now and then, as when one is imported at that moment; the wish stays, and the next look ends the command.
    """

    def __init__(self) -> None:
        self.is_wanted = False
        """Whether there was a signal."""
        self.is_urgent = False
        """Whether there was another one: nothing more is waited for."""
        self._waiting: list[tuple[Callable[[], bool], Callable[[], None]]] = []

    def look(self) -> None:
        """Go on, or end the command.

        Raises:
            KeyboardInterrupt: the user wants to stop.
        """
        if self.is_wanted:
            raise KeyboardInterrupt

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Hear signals inside; outside the main thread, and where a stop hears them already, leave them as they are."""
        before = {}
        if threading.current_thread() is threading.main_thread() and not _is_heard():
            known = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
            before = {which: signal.getsignal(which) for which in known}
        try:
            for which, handler in before.items():
                if handler is not None and (which, handler) != (_hang_up(), signal.SIG_IGN):  # as nohup wants it
                    signal.signal(which, self._handle)
            yield
        finally:
            for which, handler in before.items():
                if handler is not None:
                    signal.signal(which, handler)

    @contextmanager
    def waiting(self, would_lose: Callable[[], bool], say: Callable[[], None]) -> Iterator[None]:
        """Let the first signal wait for the next look inside.

        Args:
            would_lose: whether something would be lost now; else even the first signal ends it at once.
            say: tells the user that it waits.
        """
        entry = (would_lose, say)
        self._waiting.append(entry)
        try:
            yield
        finally:
            self._waiting.remove(entry)

    def ask(self, which: int = signal.SIGINT) -> bool:
        """Take up the wish to stop; return whether it is met at once, since nothing is lost or it is urgent."""
        has_to_wait = [say for would_lose, say in self._waiting if would_lose()]
        is_first, self.is_wanted = not self.is_wanted, True
        self.is_urgent = not (is_first or which == _hang_up())  # a closed terminal may say so more than once
        if not has_to_wait or self.is_urgent:
            return True
        if is_first:
            has_to_wait[0]()  # for all
        return False

    def _handle(self, which: int, _: object) -> None:
        if self.ask(which):
            raise KeyboardInterrupt


def _is_heard() -> bool:
    return isinstance(getattr(signal.getsignal(signal.SIGINT), "__self__", None), Stop)


def _hang_up() -> int | None:
    return getattr(signal, "SIGHUP", None)
