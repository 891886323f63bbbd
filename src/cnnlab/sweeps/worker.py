"""`python -m cnnlab.sweeps.worker`: takes run after run of a sweep. See `worker_process` for the sweep's side.

It reads lines of JSON, a run each: its place among all, its configuration and what was typed. It writes lines: `{}`
asks for a run, the others are outcomes. When its standard input is closed, on purpose or because the sweep has died, it
stops as on SIGTERM: what is done is kept.
"""

from __future__ import annotations

import dataclasses
import json
import os
import queue
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from cnnlab.base.free_memory import free_memory_bytes
from cnnlab.base.stopping import Stop
from cnnlab.base.turns import finish
from cnnlab.runs.outcome import Outcome

if TYPE_CHECKING:
    from cnnlab.data.library import DataLibrary
    from cnnlab.runs.beginning import Beginning

_GRACE = 50.0  # seconds that runs may take to stop when the sweep is gone; then there is no one who would kill them
_PART = 0.25  # of the free memory, which all workers together may hold of what they have read


def main() -> int:
    """Carry out runs until there are no more; return 130, since that is told by stopping."""
    stop = Stop()
    settings = json.loads(sys.argv[1])
    try:
        with stop.heard():
            desk = Desk()
            from cnnlab.data.library import DataLibrary

            library = DataLibrary(limit=int(_PART * free_memory_bytes() / settings["num_sharing"]))
            if settings["abreast"] is None:
                _one_by_one(desk, library, stop)
            else:
                _abreast(desk, library, stop, settings["abreast"])
    except KeyboardInterrupt:
        return 130
    return 0


class Desk:
    """Where runs come in and outcomes go out: the process's standard input and output, which no one else uses then."""

    def __init__(self) -> None:
        self._answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a run prints must not get into an answer
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._has_asked = False
        self._num_open = 0
        threading.Thread(target=self._read, daemon=True).start()

    def next(self, *, wait: bool) -> dict[str, Any] | None:
        """Return the next run, asked for if need be; None: it has not come, and it need not wait."""
        if not self._has_asked:
            self._say({})
            self._has_asked = True
        try:
            line = self._lines.get(block=wait)
        except queue.Empty:
            return None
        self._has_asked = False
        self._num_open += 1
        task: dict[str, Any] = json.loads(line)
        return task

    def answer(self, place: int, outcome: Outcome) -> None:
        """Say how a run has ended."""
        self._say({"place": place, "outcome": dataclasses.asdict(outcome)})
        self._num_open -= 1

    def _say(self, words: dict[str, object]) -> None:
        self._answers.write(json.dumps(words) + "\n")
        self._answers.flush()

    def _read(self) -> None:
        """Take in lines until there are no more; then stop whatever goes on."""
        begun = b""
        while found := os.read(sys.stdin.fileno(), 2**16):
            *lines, begun = (begun + found).split(b"\n")
            for line in lines:
                self._lines.put(line)
        if self._num_open:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(_GRACE)
        os._exit(130)  # nothing is open, or no one waits any more


def _one_by_one(desk: Desk, library: DataLibrary, stop: Stop) -> None:
    from cnnlab.base.memory import release_memory  # these import torch, before the first run is asked for
    from cnnlab.runs.job import attempt

    while (task := desk.next(wait=True)) is not None:
        run = attempt(
            task["plain"], task["overrides"], in_sweep=True, library=library, stop=stop,
            num_at_once=task["num_at_once"],
        )  # fmt: skip
        desk.answer(task["place"], finish(run))
        release_memory()


def _abreast(desk: Desk, library: DataLibrary, stop: Stop, width: object) -> None:
    from cnnlab.base.memory import release_memory
    from cnnlab.sweeps.abreast import Abreast, width_of

    abreast = Abreast(width_of(width)(), is_urgent=lambda: stop.is_urgent, release=release_memory)
    abreast.run(_Given(desk, library, stop), desk.answer)


class _Given:
    """Runs as the desk is given them: a source of `abreast`."""

    def __init__(self, desk: Desk, library: DataLibrary, stop: Stop) -> None:
        self._desk, self._library, self._stop = desk, library, stop

    def next(self, *, wait: bool) -> tuple[int, Beginning] | None:
        from cnnlab.runs.beginning import Beginning

        task = self._desk.next(wait=wait)
        if task is None:
            return None
        composed = task["plain"], task["overrides"]
        return task["place"], Beginning(lambda: composed, self._library, self._stop)


if __name__ == "__main__":
    sys.exit(main())
