"""A run that has not begun: which others it may go abreast with, and how it begins."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Sequence

from cnnlab.base.errors import ConfigError
from cnnlab.base.memory import release_memory
from cnnlab.base.runtime import choose_device
from cnnlab.base.schema import Plain
from cnnlab.base.stopping import Stop
from cnnlab.base.turns import Turns, finish
from cnnlab.data.library import DataLibrary
from cnnlab.runs.job import attempt
from cnnlab.runs.outcome import Outcome
from cnnlab.runs.run_context import RunContext
from cnnlab.training.tracks import Track, own_track

Composed = tuple[Plain, Sequence[str]]
"""A configuration in plain values, and what was typed."""
_OF_THE_PROCESS = ("device", "deterministic", "precision", "threads")
"""Keys that set what the whole process computes with: runs abreast agree in them."""


class Beginning:
    """A run of a sweep that has not begun.

    Args:
        compose: returns its configuration in plain values and what was typed; asked when its turn has come, since that
            takes time, and memory for many.
        library: holds what the process has read.
        stop: asked by every run.
    """

    def __init__(self, compose: Callable[[], Composed], library: DataLibrary, stop: Stop) -> None:
        self._compose, self._library, self._stop = compose, library, stop

    @functools.cached_property
    def _task(self) -> Composed:
        return self._compose()

    @property
    def _device(self) -> str:
        return str(self._task[0].get("device"))

    @property
    def kind(self) -> Hashable:
        """What the run has in common with those that it goes abreast with; None where it is not on a GPU."""
        try:
            device = choose_device(self._device)
        except ConfigError:
            return None  # the run itself says so
        own = tuple(self._task[0].get(key) for key in _OF_THE_PROCESS)
        return (str(device), *own) if device.type == "cuda" else None

    def new_track(self) -> Track:
        """Return a track for it."""
        return own_track(choose_device(self._device))

    def alone(self) -> Outcome:
        """Carry it out, nothing beside it, and give back the memory that it held."""
        try:
            return finish(self.begin(None))
        finally:
            release_memory()

    def begin(self, track: Track | None) -> Turns[Outcome]:
        """Begin it on a track of its own; None: no other takes turns with it."""
        plain, overrides = self.__dict__.pop("_task", None) or self._compose()
        context = RunContext(library=self._library, stop=self._stop, in_sweep=True, track=track)
        return attempt(plain, overrides, context=context)
