"""What the runs of a sweep share when they run in one process: data is read once, not once per run."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

_KEPT = 2  # values of a kind: arms that differ in the data take turns, and all of it may not fit in memory

T = TypeVar("T")
_shared: ContextVar[dict[str, dict[Hashable, object]] | None] = ContextVar("shared", default=None)


@contextmanager
def sharing() -> Iterator[None]:
    """Let all that is asked for inside be kept until the end; outside nothing is kept, so files may change."""
    token = _shared.set({})
    try:
        yield
    finally:
        _shared.reset(token)


def shared(kind: str, key: Hashable, make: Callable[[], T]) -> T:
    """Return the value of this key, made before or now; of each kind the last few are kept.

    Args:
        kind: what it is, e.g. "data".
        key: everything that the value depends on.
        make: returns it.
    """
    kept = _shared.get()
    if kept is None:
        return make()
    values = kept.setdefault(kind, {})
    value = values.pop(key) if key in values else make()
    values[key] = value  # the last one used is the last one to go
    for oldest in list(values)[:-_KEPT]:
        del values[oldest]
    return value  # type: ignore[return-value]
