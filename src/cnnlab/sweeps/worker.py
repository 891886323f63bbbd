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

from cnnlab.base.stopping import Stop
from cnnlab.runs.outcome import Outcome
from cnnlab.sweeps.abreast import Abreast, width_of

if TYPE_CHECKING:
    from cnnlab.runs.beginning import Beginning
    from cnnlab.runs.runner import Runner

_GRACE = 50.0  # seconds that runs may take to stop when the sweep is gone; then there is no one who would kill them


def main() -> int:
    """Carry out runs until there are no more; return 130, since that is told by stopping."""
    stop = Stop()
    settings = json.loads(sys.argv[1])
    try:
        with stop.heard():
            desk = Desk()
            from cnnlab.runs.runner import Runner  # imports torch, before the first run is asked for

            runner = Runner(stop, num_sharing=settings["num_sharing"])
            if settings["abreast"] is None:
                _one_by_one(desk, runner)
            else:
                _abreast(desk, runner, stop, settings["abreast"])
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


def _one_by_one(desk: Desk, runner: Runner) -> None:
    while (task := desk.next(wait=True)) is not None:
        outcome = runner.carry_out(task["plain"], task["overrides"], num_at_once=task["num_at_once"])
        desk.answer(task["place"], outcome)
        runner.release()


def _abreast(desk: Desk, runner: Runner, stop: Stop, width: object) -> None:
    abreast = Abreast(width_of(width)(), is_urgent=lambda: stop.is_urgent, release=runner.release)
    abreast.run(_Given(desk, runner), desk.answer)


class _Given:
    """Runs as the desk is given them: a source of `abreast`."""

    def __init__(self, desk: Desk, runner: Runner) -> None:
        self._desk, self._runner = desk, runner

    def next(self, *, wait: bool) -> tuple[int, Beginning] | None:
        task = self._desk.next(wait=wait)
        return None if task is None else (task["place"], self._runner.beginning(task["plain"], task["overrides"]))


if __name__ == "__main__":
    sys.exit(main())
