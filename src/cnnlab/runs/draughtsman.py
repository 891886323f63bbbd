"""Who draws a run's pictures: a process that loads matplotlib while this one loads torch, or this one."""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType

from cnnlab.base.cores import has_idle_core
from cnnlab.base.processes import help_parent, interrupts_kept_off


class Draughtsman:
    """Draws the pictures of a run; as a context, its process ends with it."""

    def __init__(self) -> None:
        self._helper: ProcessPoolExecutor | None = None

    def __enter__(self) -> Draughtsman:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._helper is not None:
            self._helper.shutdown(wait=False, cancel_futures=True)

    def get_ready(self) -> None:
        """Let another process load matplotlib, if a core is idle while this one loads torch."""
        if has_idle_core() and "torch" not in sys.modules:
            self._helper = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=help_parent)
            with interrupts_kept_off():
                self._helper.submit(_load)

    def draw(self, folder: Path) -> None:
        """Draw every plot that the run's files allow.

        Raises:
            RunError: a file of the run cannot be read.
        """
        if self._helper is None:
            return _draw(folder)
        try:
            self._helper.submit(_draw, folder).result()
        except BrokenProcessPool:  # it was killed, as for want of memory
            _draw(folder)


def _load() -> None:
    import cnnlab.plots  # noqa: F401


def _draw(folder: Path) -> None:
    from cnnlab.plots import draw_all  # matplotlib takes half a second to import

    draw_all(folder)
