"""Tracks: what belongs to one run on a device, so that several can take turns there and none feels the others."""

from __future__ import annotations

import contextlib
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

AHEAD = 2
"""Pieces that may be enqueued: the device never waits for the host, and stopping is prompt."""


@dataclass(frozen=True)
class Memory:
    """How it stands with a device's memory."""

    free_bytes: float = math.inf
    num_refusals: int = 0
    """How often there was none to give, in this process; what computes takes another way then, with other bits."""


class Track:
    """Of a run on the CPU, which has done what it is asked before it returns; its draws are its own.

    While a track is entered, what is drawn and enqueued belongs to the run. A run marks where it has enqueued a piece
    of work, and says how many of these it lets wait for the device.
    """

    allowed = AHEAD
    """Marked pieces that may be undone when the run goes on; 0: it wants to see what they have come to."""
    can_record = False
    """Whether what is enqueued can be recorded; no step has then a value of the host in it."""

    def __init__(self) -> None:
        self.num_images = 0
        """That the run has trained on."""
        self.num_abreast = 1
        """Runs that have gone on at the same time, at most."""
        self._own = self._outside = torch.get_rng_state()
        self._depth = 0

    def __enter__(self) -> Track:
        if self._depth == 0:
            self._outside = torch.get_rng_state()
            torch.set_rng_state(self._own)
        self._depth += 1
        return self

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._own = torch.get_rng_state()
            torch.set_rng_state(self._outside)

    @property
    def draws(self) -> Tensor:
        """Where the run's generator is."""
        return torch.get_rng_state() if self._depth else self._own

    def draw_from(self, draws: Tensor) -> None:
        """Put the run's generator there."""
        with self:
            torch.set_rng_state(draws)

    def record(self, run: Callable[[], None]) -> Callable[[], None]:
        """Return what replays all that `run` enqueues, launched as one.

        Raises:
            RuntimeError: it cannot be recorded.
        """
        raise NotImplementedError

    def memory(self) -> Memory:
        """Return how it stands with the device's memory."""
        return Memory()

    def mark(self) -> None:
        """Remember what has been enqueued so far as a piece of work."""

    def is_ready(self) -> bool:
        """Tell whether the run can go on without waiting."""
        return True

    def wait(self) -> None:
        """Wait until it can."""

    def finish(self) -> None:
        """Wait until all that was enqueued is done."""

    def close(self) -> None:
        """Let go of what was recorded, and of its memory."""


class CudaTrack(Track):
    """Of a run on a GPU: a stream, a pool of memory for its graphs, the state of a generator.

    Modules draw from the device's default generator, so what that one points to is exchanged while the track is
    entered; the seed of an epoch and a graph's draws then stay with the run.

    Args:
        device: with its index.
    """

    can_record = True

    def __init__(self, device: torch.device) -> None:
        super().__init__()
        torch.cuda.init()  # type: ignore[no-untyped-call]
        self.device = device
        self.stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        self._pool = torch.cuda.graph_pool_handle()
        self._graphs: list[torch.cuda.CUDAGraph] = []
        self._is_broken = False
        self._default = torch.cuda.default_generators[device.index or 0]
        self.generator = torch.Generator(device)
        self._left: list[tuple[torch.Generator, torch.cuda.StreamContext]] = []
        """What each entering has left behind."""
        self._marks: deque[torch.cuda.Event] = deque()

    def __enter__(self) -> CudaTrack:
        if not self._left:  # outside, weights were made, loaded or copied
            self.stream.wait_stream(torch.cuda.current_stream(self.device))
        streams = torch.cuda.stream(self.stream)
        self._left.append((self._default.graphsafe_get_state(), streams))
        self._default.graphsafe_set_state(self.generator)
        streams.__enter__()  # type: ignore[no-untyped-call]
        return self

    def __exit__(self, *error: object) -> None:
        generator, streams = self._left.pop()
        streams.__exit__(*error)
        self._default.graphsafe_set_state(generator)

    @property
    def draws(self) -> Tensor:
        """Where the run's generator is."""
        return self.generator.get_state()

    def draw_from(self, draws: Tensor) -> None:
        """Put the run's generator there; one that a broken recording has left half done is replaced."""
        if self._is_broken:
            self._is_broken = False
            self.generator = torch.Generator(self.device)
            if self._left:
                self._default.graphsafe_set_state(self.generator)
        self.generator.set_state(draws)

    def record(self, run: Callable[[], None]) -> Callable[[], None]:
        """Return what replays all that `run` enqueues, as a CUDA graph.

        Raises:
            RuntimeError: it cannot be recorded: it waits for the device, or copies from memory of the host.
        """
        graph = torch.cuda.CUDAGraph()
        self._is_broken = True
        with self, torch.cuda.graph(graph, pool=self._pool, stream=self.stream):
            run()
        self._is_broken = False
        self._graphs.append(graph)
        return graph.replay

    def finish(self) -> None:
        """Wait until all that was enqueued is done."""
        self.stream.synchronize()

    def close(self) -> None:
        """Let go of the graphs, and of their memory, once nothing uses it."""
        with contextlib.suppress(RuntimeError):  # after an error the device may be lost; that error is told, not this
            self.finish()
        for graph in self._graphs:
            graph.reset()
        self._graphs.clear()

    def memory(self) -> Memory:
        """Return how it stands with the device's memory."""
        free, _ = torch.cuda.mem_get_info(self.device)
        return Memory(free, int(torch.cuda.memory_stats(self.device).get("num_ooms", 0)))

    def mark(self) -> None:
        """Remember what the stream has been given so far."""
        mark = torch.cuda.Event(blocking=True)  # type: ignore[no-untyped-call] # who waits for it sleeps
        mark.record(self.stream)
        self._marks.append(mark)

    def is_ready(self) -> bool:
        """Ask the device how far it is."""
        while self._marks and self._marks[0].query():  # type: ignore[no-untyped-call]
            self._marks.popleft()
        return len(self._marks) <= self.allowed

    def wait(self) -> None:
        """Wait for the oldest marks."""
        while len(self._marks) > self.allowed:
            self._marks.popleft().synchronize()


def own_track(device: torch.device) -> Track:
    """Return a track for one run."""
    return CudaTrack(device) if device.type == "cuda" else Track()
