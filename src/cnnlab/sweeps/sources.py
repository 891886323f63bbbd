"""Where runs that go abreast come from: a list of all, or whatever a worker is given, one at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable
from typing import Any, Protocol

from cnnlab.base.turns import Turns
from cnnlab.runs.outcome import Outcome


class Starter(Protocol):
    """A run that has not begun."""

    @property
    def kind(self) -> Hashable:
        """Runs of one kind may go abreast; None: this one goes alone."""

    def new_track(self) -> Any:
        """Return a track for it."""

    def begin(self, track: Any) -> Turns[Outcome]:
        """Begin it on a track of its own."""


class Source(Protocol):
    """Where runs come from."""

    def next(self, *, wait: bool) -> tuple[int, Starter] | None:
        """Return the place among all and the run that is next.

        None: there is none any more, or where it need not wait, none yet.
        """


class Listed:
    """Runs that are all known.

    Args:
        starters: these.
    """

    def __init__(self, starters: Iterable[Starter]) -> None:
        self._left = enumerate(starters)

    def next(self, *, wait: bool) -> tuple[int, Starter] | None:  # noqa: ARG002 - they are there
        """Return the place among all and the run that is next; None: there is none."""
        return next(self._left, None)


class Waiting:
    """Runs that have not begun: those that were put back, then those that the source has."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._put_back: deque[tuple[int, Starter]] = deque()

    def first(self, *, wait: bool) -> Starter | None:
        """Return the run that is next, which stays; None as of `Source.next`."""
        if not self._put_back and (found := self._source.next(wait=wait)) is not None:
            self._put_back.append(found)
        return self._put_back[0][1] if self._put_back else None

    def take(self) -> tuple[int, Starter]:
        """Return it with its place, and let it go."""
        return self._put_back.popleft()

    def put_back(self, place: int, starter: Starter) -> None:
        """Take back a run that could not go on."""
        self._put_back.append((place, starter))
