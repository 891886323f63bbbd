"""A worker process as the sweep sees it: what it is given and says, how it has ended. See `worker` for its side."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from cnnlab.base.schema import Plain
from cnnlab.runs.outcome import Outcome

_GRACE = 60.0  # seconds that runs may take to stop before their process is killed
_WORKER = ("-m", "cnnlab.sweeps.worker")


@dataclass(frozen=True)
class Task:
    """One run: its configuration in plain values, and what the user typed."""

    plain: Plain
    overrides: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """One line of a worker, or its end."""

    worker: WorkerProcess
    line: bytes

    @property
    def is_end(self) -> bool:
        """Whether the process has ended."""
        return not self.line


class WorkerProcess:
    """One worker, in a session of its own: Ctrl-C reaches the sweep alone, which then stops every worker once.

    Args:
        said: where everything that it says is put.
        gpu: the only one that it sees; None: what the sweep sees.
        threads: of the CPU.
        num_sharing: processes that share the machine's memory.
        abreast: runs at the same time on its GPU.
        recycle: runs after which it is let go; None: never.
        timeout: seconds after which a run is stopped; None: never.
    """

    def __init__(
        self, said: queue.SimpleQueue[Said], *, gpu: int | None, threads: int, num_sharing: int, abreast: object,
        recycle: int | None, timeout: float | None,
    ) -> None:  # fmt: skip
        self.gpu, self._left, self._timeout = gpu, recycle, timeout
        self.is_starting = True
        """Whether it has not asked for a run yet."""
        self._is_asking = self._is_lost = False
        self._began: dict[int, float] = {}
        """Place among all -> when it was given, of its runs."""
        self._stopped: float | None = None
        """When it was asked to stop."""
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
        if gpu is not None:
            environment["CUDA_VISIBLE_DEVICES"] = str(gpu)
        settings = {"num_sharing": num_sharing, "abreast": abreast if gpu is not None else None}
        self._popen = subprocess.Popen(
            [sys.executable, *_WORKER, json.dumps(settings)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, env=environment, start_new_session=True,
        )  # fmt: skip
        threading.Thread(target=self._listen, args=(said,), daemon=True).start()

    @property
    def is_asking(self) -> bool:
        """Whether it would take a run."""
        return self._is_asking and not self.is_stopped

    @property
    def is_stopped(self) -> bool:
        """Whether it was asked to end."""
        return self._stopped is not None

    @property
    def has_runs(self) -> bool:
        """Whether it is at a run."""
        return bool(self._began)

    def give(self, place: int, task: Task, *, num_at_once: int) -> None:
        """Give it the run that it asked for.

        Args:
            place: among all.
            task: what to do.
            num_at_once: runs that go on at the same time, of all processes.
        """
        plain = task.plain
        if self.gpu is not None and plain.get("device") == "auto":
            plain = {**plain, "device": "cuda"}  # without one the run has to say so, not to take the CPU in silence
        line = {"place": place, "plain": plain, "overrides": task.overrides, "num_at_once": num_at_once}
        self._is_asking = False
        self._began[place] = time.monotonic()
        if self._left is not None:
            self._left -= 1
        assert self._popen.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it is dead already; its end will say so
            self._popen.stdin.write(json.dumps(line).encode() + b"\n")
            self._popen.stdin.flush()

    def understand(self, said: Said) -> Iterator[tuple[int, Outcome | None]]:
        """Take in what it said, and yield its runs that have ended; None: one that ended by no fault of its own."""
        if said.is_end:
            yield from ((place, self._outcome_without_answer(began)) for place, began in self._began.items())
            return
        try:
            answer = json.loads(said.line)
            place, outcome = answer.get("place"), Outcome(**answer.get("outcome", {"code": 1}))
        except (AttributeError, TypeError, ValueError):
            return  # torn by its death, which is told next
        if place is None:
            self._ask()
        elif self._began.pop(place, None) is not None:
            self._is_lost |= outcome.is_device_lost
            if self._is_lost:
                self.stop()
            yield place, outcome

    def look_at_the_time(self) -> None:
        """Ask the process to go if a run of it has taken too long; kill it if it does not go."""
        if self._timeout is not None and any(map(self._is_late, self._began.values())):
            self.stop()
        if self._stopped is not None and time.monotonic() - self._stopped > _GRACE:
            self._popen.kill()

    def has_ended(self) -> bool:
        """Tell whether the process is gone; kill it if it has had its time."""
        self.look_at_the_time()
        return self._popen.poll() is not None

    def stop(self) -> None:
        """Ask the process to keep what is done and end: it takes the end of its input as that."""
        if self._stopped is None:
            self._stopped = time.monotonic()
            assert self._popen.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                self._popen.stdin.close()

    def close(self) -> None:
        """End the process at once, if it has not ended, and close its files."""
        self._popen.kill()
        self._popen.wait()
        self.stop()
        self._errors.close()

    def reason(self) -> str:
        """Return how the process has ended, where it was not asked to."""
        code = self._popen.returncode
        if code < 0:
            what = f"killed by signal {-code} ({signal.Signals(-code).name})"
            return f"its process was {what}{', maybe because the memory was full' if code == -signal.SIGKILL else ''}."
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return f"its process ended with code {code}: {lines[-1] if lines else 'it said nothing'}"

    def _ask(self) -> None:
        self.is_starting = False
        if self._left == 0:
            self.stop()
        else:
            self._is_asking = True

    def _listen(self, said: queue.SimpleQueue[Said]) -> None:
        assert self._popen.stdout is not None
        with self._popen.stdout as output:
            for line in output:
                said.put(Said(self, line))
        self._popen.wait()
        said.put(Said(self, b""))

    def _is_late(self, began: float) -> bool:
        return self._timeout is not None and (self._stopped or time.monotonic()) - began > self._timeout

    def _outcome_without_answer(self, began: float) -> Outcome | None:
        """Return how a run ended that the process did not speak of; None: through no fault of the run."""
        if self._stopped is None:
            return Outcome(1, self.reason())
        if self._is_lost or not self._is_late(began):
            return None
        minutes = (self._stopped - began) / 60
        return Outcome(
            1, f"stopped after {minutes:.2g} min (hydra.launcher.timeout_minutes). Repeat the sweep to go on with it."
        )
