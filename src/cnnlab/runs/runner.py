"""One run after the other in a process that does nothing else: what one has read, the next one need not read."""

from __future__ import annotations

from collections.abc import Sequence

from cnnlab.base.free_memory import free_memory_bytes
from cnnlab.base.memory import release_memory
from cnnlab.base.schema import Plain
from cnnlab.base.stopping import Stop
from cnnlab.base.turns import finish
from cnnlab.data.library import DataLibrary
from cnnlab.runs.beginning import Beginning
from cnnlab.runs.job import attempt
from cnnlab.runs.outcome import Outcome
from cnnlab.runs.run_context import RunContext

_PART = 0.25  # of the free memory, which all processes together may hold of what they have read


class Runner:
    """Carries out runs of a sweep.

    Args:
        stop: asked by every run.
        num_sharing: processes like this one, which share the memory.
    """

    def __init__(self, stop: Stop, *, num_sharing: int = 1) -> None:
        self._stop = stop
        self._library = DataLibrary(limit=int(_PART * free_memory_bytes() / num_sharing))

    def carry_out(self, plain: Plain, overrides: Sequence[str], *, num_at_once: int) -> Outcome:
        """Carry out a run, and return how it ended. What it held stays until `release`.

        Args:
            plain: its configuration.
            overrides: what the user typed.
            num_at_once: runs that go on at the same time, each in a process.

        Raises:
            KeyboardInterrupt: the user wants to stop.
        """
        context = RunContext(library=self._library, stop=self._stop, in_sweep=True, num_at_once=num_at_once)
        return finish(attempt(plain, overrides, context=context))

    def beginning(self, plain: Plain, overrides: Sequence[str]) -> Beginning:
        """Return a run that takes turns with others."""
        return Beginning(lambda: (plain, overrides), self._library, self._stop)

    def release(self) -> None:
        """Give back the memory that runs held; none may go on."""
        release_memory()
