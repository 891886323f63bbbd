"""Runs in worker processes, some at a time: warm ones that take run after run, or a fresh one for each."""

from __future__ import annotations

import contextlib
import queue
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from cnnlab.base.cores import granted_threads, num_cores
from cnnlab.base.errors import ConfigError
from cnnlab.runs.outcome import Outcome
from cnnlab.sweeps.abreast import width_of
from cnnlab.sweeps.worker_process import Said, Task, WorkerProcess

_PAUSE = 0.2  # seconds between two looks at the time that runs take
_STOPPING = "stopping after the epochs that are running; press Ctrl-C again to stop at once"


T = TypeVar("T")


class Pool:
    """Hands tasks to worker processes. One that dies, or takes too long, is one failed run, and is replaced.

    Args:
        n_jobs: processes at a time; None: one per GPU, without GPUs one per core.
        threads: CPU threads of each; None: the cores, divided among them.
        gpus: handed out, one to a process; a number may stand more than once.
        timeout_minutes: after which a run is stopped; None: never.
        recycle: runs after which a process is replaced by a fresh one; None: never.
        abreast: runs that a process with a GPU carries out at the same time: as of `sweeps.abreast.width_of`.

    Raises:
        ConfigError: a number is out of range.
    """

    def __init__(
        self, *, n_jobs: int | None, threads: int | None, gpus: Sequence[int] = (),
        timeout_minutes: float | None = None, recycle: int | None = None, abreast: object = 1,
    ) -> None:  # fmt: skip
        given = {"n_jobs": n_jobs, "threads": threads, "timeout_minutes": timeout_minutes, "recycle": recycle}
        if problems := [
            f"hydra.launcher.{key}: must be > 0, got {value}."
            for key, value in given.items()
            if value is not None and value <= 0
        ]:
            raise ConfigError(*problems)
        width_of(abreast)
        self.n_jobs = n_jobs or len(gpus) or num_cores()
        self.threads = threads or min(granted_threads(), max(1, num_cores() // self.n_jobs))
        self._timeout = None if timeout_minutes is None else 60 * timeout_minutes
        self._recycle, self._abreast = recycle, abreast
        self._slots: deque[int | None] = deque(gpus[i % len(gpus)] if gpus else None for i in range(self.n_jobs))
        self._workers: list[WorkerProcess] = []
        self._said: queue.SimpleQueue[Said] = queue.SimpleQueue()

    def run(self, jobs: Sequence[T], to_task: Callable[[T], Task]) -> list[Outcome]:
        """Carry out all jobs, in order, and return how each ended. The workers stay, for more.

        Args:
            jobs: whatever `to_task` understands.
            to_task: asked when a job's turn has come: composing takes time, and memory for many.

        Raises:
            KeyboardInterrupt: the user stopped it; the processes have ended.
        """
        outcomes: dict[int, Outcome] = {}
        waiting = deque(range(len(jobs)))
        tried_again: set[int] = set()
        num_at_once = min(self.n_jobs, len(jobs))
        try:
            while len(outcomes) < len(jobs):
                self._start_workers(len(waiting))
                for worker in [worker for worker in self._workers if worker.is_asking][: len(waiting)]:
                    place = waiting.popleft()
                    worker.give(place, to_task(jobs[place]), num_at_once=num_at_once)
                for place, outcome in self._heard(waiting):
                    is_again = outcome is None or (outcome.is_device_lost and place not in tried_again)
                    if outcome is None or is_again:
                        tried_again.add(place)
                        waiting.appendleft(place)
                    else:
                        outcomes[place] = outcome
        except BaseException:
            self._stop()
            raise
        return [outcomes[place] for place in range(len(jobs))]

    def close(self) -> None:
        """Let the workers go; none of them has a run."""
        for worker in self._workers:
            worker.stop()
        self._end()

    def _start_workers(self, num_waiting: int) -> None:
        """Start workers for runs that wait, as many as may be and have no one who would take them soon."""
        num_to_come = sum(worker.is_asking or worker.is_starting for worker in self._workers)
        for _ in range(min(len(self._slots), num_waiting - num_to_come)):
            gpu = self._slots.popleft()
            self._workers.append(
                WorkerProcess(
                    self._said,
                    gpu=gpu,
                    threads=self.threads,
                    num_sharing=self.n_jobs,
                    abreast=self._abreast,
                    recycle=self._recycle,
                    timeout=self._timeout,
                )
            )

    def _heard(self, waiting: deque[int]) -> Iterator[tuple[int, Outcome | None]]:
        """Wait a moment for what workers say, and yield the runs that have ended; None: one that is to begin again.

        Args:
            waiting: runs that nobody has; one is taken out where a worker has ended without asking for any, so that
                what keeps every worker from starting is told, not tried for ever.
        """
        for worker in self._workers:
            worker.look_at_the_time()
        with contextlib.suppress(queue.Empty):
            said = self._said.get(timeout=_PAUSE)
            worker = said.worker
            yield from worker.understand(said)
            if not said.is_end:
                return
            if worker.is_starting and not worker.is_stopped and waiting:
                yield waiting.popleft(), Outcome(1, worker.reason())
            worker.close()
            self._workers.remove(worker)
            self._slots.append(worker.gpu)

    def _stop(self) -> None:
        """Stop all workers and wait for them; a second Ctrl-C kills them."""
        if any(worker.has_runs for worker in self._workers):
            print(_STOPPING)
        self.close()

    def _end(self) -> None:
        """Wait until all workers have ended; kill them if that is cut short."""
        try:
            while not all(worker.has_ended() for worker in self._workers):
                with contextlib.suppress(queue.Empty):
                    self._said.get(timeout=_PAUSE)
        finally:
            for worker in self._workers:
                worker.close()  # after a second Ctrl-C some are there still
            self._slots.extend(worker.gpu for worker in self._workers)
            self._workers.clear()
