"""Runs abreast: several of a sweep on one GPU, in one process and one thread, each advanced in its turn.

Small networks leave most of a GPU idle. A run gives its turn away whenever it has enqueued a piece of work or waits for
figures; it goes on when its track says that it need not wait. What runs share changes no bit of theirs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from cnnlab.base.errors import ConfigError
from cnnlab.base.turns import Turns
from cnnlab.runs.outcome import Outcome
from cnnlab.sweeps.sources import Source, Starter, Waiting

MOST = 32  # streams that torch has; the next one would share one
_SHARE = 0.8  # of the free memory; the rest is for the algorithms' own, whose choice must not depend on neighbours
_WINDOW = 0.5  # seconds over which runs are timed
_LOST = Outcome(1, "the GPU was lost before the run had begun.", is_device_lost=True)
_GAIN = 1.1  # times the images per second that doubling the width has to bring


class Memory(Protocol):
    """How it stands with a GPU's memory."""

    free_bytes: float
    num_refusals: int
    """How often there was none to give."""


class Track(Protocol):
    """What is a run's own on a GPU, as far as it is asked here; see `training.tracks`."""

    num_images: int
    num_abreast: int

    def is_ready(self) -> bool:
        """Tell whether the run can go on without waiting."""

    def wait(self) -> None:
        """Wait until it can."""

    def memory(self) -> Memory:
        """Return how it stands with the device's memory."""


class Width(Protocol):
    """How many runs go abreast."""

    now: int

    def look(self, going: Sequence[Going]) -> None:
        """See how the runs get on, and make `now` what it should be."""

    def shrink(self, num_going: int) -> None:
        """Take down that there was no memory for one more than these."""


class FixedWidth:
    """As many as were asked for, as long as there is memory for them.

    Args:
        asked: runs.
    """

    def __init__(self, asked: int) -> None:
        self.now = min(asked, MOST)

    def look(self, going: Sequence[Going]) -> None:
        """Leave it as it is."""

    def shrink(self, num_going: int) -> None:
        """Take down that there was no memory for one more than these."""
        self.now = max(1, min(self.now, num_going))


class MeasuredWidth:
    """Doubled from one on, as long as the runs get through a tenth more images together, and the memory suffices.

    Args:
        clock: returns seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.now = 1
        self._clock, self._most = clock, MOST
        self._began: tuple[float, int] | None = None
        self._speed = 0.0

    def look(self, going: Sequence[Going]) -> None:
        """See how many images the runs get through, once as many go as may and all are past their start."""
        if self._most <= self.now or len(going) < self.now or not all(run.is_under_way for run in going):
            self._began = None
            return
        images = sum(run.track.num_images for run in going)
        if self._began is None:
            self._began = self._clock(), images
            return
        seconds = self._clock() - self._began[0]
        if seconds < _WINDOW:
            return
        speed = (images - self._began[1]) / seconds
        self._began = None
        if speed < _GAIN * self._speed:
            self.now = self._most = max(1, self.now // 2)  # those that are too many end, and no other takes their place
            return
        self._speed, self._most = speed, min(self._most, _most_in_memory(going))
        self.now = max(self.now, min(2 * self.now, self._most))

    def shrink(self, num_going: int) -> None:
        """Take down that there was no memory for one more than these."""
        self.now = self._most = max(1, min(self.now, num_going))


def width_of(abreast: object) -> Callable[[], Width]:
    """Return what makes the width that `hydra.launcher.abreast` asks for.

    Raises:
        ConfigError: it is no number of runs.
    """
    if abreast == "auto":
        return MeasuredWidth
    if isinstance(abreast, bool) or not isinstance(abreast, int) or not 1 <= abreast <= MOST:
        raise ConfigError(f"hydra.launcher.abreast: must be auto or in 1 to {MOST}, got {abreast}.")
    return lambda: FixedWidth(abreast)


def _most_in_memory(going: Sequence[Going]) -> int:
    """Return how many runs like these the device's memory holds."""
    most = max(run.taken_bytes for run in going)
    free = going[0].track.memory().free_bytes + sum(run.taken_bytes for run in going)
    return MOST if most <= 0 else int(min(MOST, _SHARE * free / most))


@dataclass(eq=False)
class Going:
    """A run that has begun and not ended."""

    place: int
    """Among all."""
    starter: Starter
    track: Track
    turns: Turns[Outcome]
    taken_bytes: float = 0.0
    """Of memory, until its first images were done; by the first run with what it shares with the others."""

    @property
    def is_under_way(self) -> bool:
        """Whether its first steps are done."""
        return self.track.num_images > 0


class Abreast:
    """Carries out runs in turns.

    Args:
        width: how many at a time.
        is_urgent: whether the user wants to stop at once, not at the end of an epoch.
        release: gives back what the runs held; called when none goes.
    """

    def __init__(self, width: Width, *, is_urgent: Callable[[], bool], release: Callable[[], None]) -> None:
        self._width, self._is_urgent, self._release = width, is_urgent, release
        self._going: list[Going] = []

    def run(self, source: Source, tell: Callable[[int, Outcome], None]) -> None:
        """Carry out runs until there are no more.

        Args:
            source: asked for one whenever one more may go.
            tell: told the place among all and the outcome of every run that has ended.

        Raises:
            KeyboardInterrupt: the user stopped it; each run has kept what is done.
        """
        waiting = Waiting(source)
        try:
            while True:
                while self._has_room() and self._fits(waiting.first(wait=not self._going)):
                    self._begin(*waiting.take())
                if not self._going:
                    return
                for run, outcome in self._round():
                    if outcome.is_short_of_memory and self._going:
                        waiting.put_back(run.place, run.starter)
                        self._width.shrink(len(self._going))
                    else:
                        tell(run.place, outcome)
                    while outcome.is_device_lost and waiting.first(wait=False) is not None:
                        tell(waiting.take()[0], _LOST)
                self._width.look(self._going)
        except BaseException as error:
            self._stop(at_once=not isinstance(error, KeyboardInterrupt))
            raise

    def _has_room(self) -> bool:
        return not self._going or len(self._going) < self._width.now

    def _fits(self, starter: Starter | None) -> bool:
        """Tell whether there is a run that may go with those that go."""
        if starter is None or not self._going:
            return starter is not None
        return starter.kind is not None and starter.kind == self._going[0].starter.kind

    def _begin(self, place: int, starter: Starter) -> None:
        if not self._going:
            self._release()
        track = starter.new_track()
        self._going.append(Going(place, starter, track, starter.begin(track)))
        for run in self._going:
            run.track.num_abreast = max(run.track.num_abreast, len(self._going))

    def _round(self) -> Iterator[tuple[Going, Outcome]]:
        """Give each run that need not wait a turn, and yield those that end; where all wait, wait for the first."""
        ready = [run for run in self._going if run.track.is_ready()]
        if not ready:
            self._going[0].track.wait()
        for run in ready:
            try:
                self._advance(run)
            except StopIteration as end:
                self._going.remove(run)
                yield run, end.value

    def _advance(self, run: Going) -> None:
        """Give a run its turn; one that had to take other algorithms than it takes alone has no memory.

        Raises:
            StopIteration: it has ended; with its outcome.
        """
        if run.is_under_way:
            next(run.turns)
            return
        before = run.track.memory()
        next(run.turns)
        after = run.track.memory()
        run.taken_bytes += before.free_bytes - after.free_bytes
        if after.num_refusals > before.num_refusals and len(self._going) > 1:
            run.turns.throw(_out_of_memory())

    def _stop(self, *, at_once: bool) -> None:
        """Let every run end its epoch and keep what is done, where there is time for that."""
        while self._going:
            for run in list(self._going):
                try:
                    if at_once or self._is_urgent():
                        run.turns.throw(KeyboardInterrupt())
                    else:
                        next(run.turns)
                except (StopIteration, KeyboardInterrupt):
                    self._going.remove(run)


def _out_of_memory() -> Exception:
    import torch

    return torch.OutOfMemoryError("CUDA out of memory: none for the algorithms that the run takes when it is alone.")
