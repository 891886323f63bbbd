"""Runs in processes of their own, some at a time."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, TypeVar

from cnnlab.base.errors import ConfigError
from cnnlab.base.schema import Plain
from cnnlab.runs.outcome import Outcome

_PAUSE = 0.05  # seconds between two looks at the processes
_GRACE = 60.0  # seconds that a run may take to stop before it is killed
_WORKER = ("-m", "cnnlab.sweeps.worker")
_STOPPING = "stopping after the epochs that are running; press Ctrl-C again to stop at once"


T = TypeVar("T")


@dataclass(frozen=True)
class Task:
    """One run: its configuration in plain values, and what the user typed."""

    plain: Plain
    overrides: tuple[str, ...]


class Processes:
    """Hands tasks to fresh processes. One that dies, or takes too long, is one failed run.

    Args:
        n_jobs: processes at a time; None: one per GPU, without GPUs one per core.
        threads: CPU threads of each; None: the cores, divided among them.
        gpus: handed out, one to a process; a number may stand more than once.
        timeout_minutes: after which a process is stopped; None: never.

    Raises:
        ConfigError: a number is out of range.
    """

    def __init__(
        self, *, n_jobs: int | None, threads: int | None, gpus: tuple[int, ...], timeout_minutes: float | None
    ) -> None:
        given = {"n_jobs": n_jobs, "threads": threads, "timeout_minutes": timeout_minutes}
        if problems := [
            f"hydra.launcher.{key}: must be > 0, got {value}."
            for key, value in given.items()
            if value is not None and value <= 0
        ]:
            raise ConfigError(*problems)
        cores = _num_cores()
        self.n_jobs = n_jobs or len(gpus) or cores
        self.threads = threads or min(_own_threads(), max(1, cores // self.n_jobs))
        self.timeout = None if timeout_minutes is None else 60 * timeout_minutes
        self._free = [gpus[i % len(gpus)] if gpus else None for i in range(self.n_jobs)]

    def run(self, jobs: Sequence[T], to_task: Callable[[T], Task]) -> list[Outcome]:
        """Carry out all jobs, in order, and return how each ended.

        Args:
            jobs: whatever `to_task` understands.
            to_task: asked when a job's turn has come: composing takes time, and memory for many.

        Raises:
            KeyboardInterrupt: the user stopped it; the processes have ended.
        """
        outcomes: dict[int, Outcome] = {}
        running: dict[int, _Process] = {}
        waiting = list(range(len(jobs)))[::-1]
        try:
            while waiting or running:
                while waiting and self._free:
                    place = waiting.pop()
                    running[place] = _Process(to_task(jobs[place]), gpu=self._free.pop(0), threads=self.threads)
                for place in [place for place, process in running.items() if process.has_ended(self.timeout)]:
                    process = running.pop(place)
                    self._free.append(process.gpu)
                    outcomes[place] = process.outcome()
                time.sleep(_PAUSE)
        except BaseException:
            _end(list(running.values()))
            raise
        return [outcomes[place] for place in range(len(jobs))]


class _Process:
    """One worker, in a session of its own: Ctrl-C reaches the sweep alone, which then stops every worker once."""

    def __init__(self, task: Task, *, gpu: int | None, threads: int) -> None:
        self.gpu = gpu
        plain = task.plain
        if gpu is not None and plain.get("device") == "auto":
            plain = {**plain, "device": "cuda"}  # without one the run has to say so, not to take the CPU in silence
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
        if gpu is not None:
            environment["CUDA_VISIBLE_DEVICES"] = str(gpu)
        self._popen = subprocess.Popen(
            [sys.executable, *_WORKER],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, env=environment, start_new_session=True,
        )  # fmt: skip
        assert self._popen.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it is dead already; its outcome will say so
            self._popen.stdin.write(json.dumps({"plain": plain, "overrides": task.overrides}).encode() + b"\n")
            self._popen.stdin.flush()
        self._began = time.monotonic()
        self._stopped: float | None = None
        """When it was asked to stop."""

    def has_ended(self, timeout: float | None) -> bool:
        """Tell whether the process is gone; ask it to go if its time is over."""
        if timeout is not None and self._stopped is None and time.monotonic() - self._began > timeout:
            self.stop()
        if self._stopped is not None and time.monotonic() - self._stopped > _GRACE:
            self._popen.kill()
        return self._popen.poll() is not None

    def stop(self) -> None:
        """Ask the process to keep what is done and end."""
        if self._stopped is None:
            self._stopped = time.monotonic()
            self._close_input()

    def kill(self) -> None:
        """End the process at once."""
        self._popen.kill()
        self._popen.wait()

    def _close_input(self) -> None:
        """Let the worker read the end of its input: it takes that as a request to stop."""
        assert self._popen.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._popen.stdin.close()

    def outcome(self) -> Outcome:
        """Return how the run ended."""
        assert self._popen.stdout is not None
        with self._popen.stdout as output, self._errors:
            self._close_input()
            try:
                return Outcome(**json.loads(output.read()))
            except (TypeError, ValueError):
                return Outcome(1, self._reason())

    def _reason(self) -> str:
        code = self._popen.returncode
        if self._stopped is not None:
            minutes = (self._stopped - self._began) / 60
            return (
                f"stopped after {minutes:.2g} min (hydra.launcher.timeout_minutes). Repeat the sweep to go on with it."
            )
        if code < 0:
            what = f"killed by signal {-code} ({signal.Signals(-code).name})"
            return f"its process was {what}{', maybe because the memory was full' if code == -signal.SIGKILL else ''}."
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return f"its process ended with code {code}: {lines[-1] if lines else 'it said nothing'}"


def _end(running: Sequence[_Process]) -> None:
    """Stop all processes and wait for them; a second Ctrl-C kills them."""
    if not running:
        return
    print(_STOPPING)
    try:
        for process in running:
            process.stop()
        while not all(process.has_ended(None) for process in running):
            time.sleep(_PAUSE)
    finally:
        for process in running:
            process.kill()  # after a second Ctrl-C some are there still
            process.outcome()


def _own_threads() -> int:
    """Return the threads that the user grants every process."""
    granted = os.environ.get("OMP_NUM_THREADS", "")
    return int(granted) if granted.isdecimal() and int(granted) > 0 else _num_cores()


def _num_cores() -> int:
    """Return the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
