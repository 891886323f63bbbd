"""Stepping: how a training takes its steps. On a GPU each kind of step is captured once it has been taken."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence

import torch

from cnnlab.data.batches import Piece
from cnnlab.training.capturing import NotCaptured, capture
from cnnlab.training.step import Learner, Step
from cnnlab.training.tracks import Track
from cnnlab.training.workspaces import EpochWorkspace, Figures

_WORTH = 50  # steps: what a capture takes
Say = Callable[[str], None]


class Stepper:
    """Takes the steps of a training, epoch after epoch.

    A step comes in two kinds, that of an epoch's last step and that of all others: the last one measures, and has a
    size of its own. The first of each kind is taken as it is, so that whatever it makes at first is there.

    Args:
        learner: on its device.
        workspace: of the training, on the same.
        track: of the run.
        num_steps: that are left in the training.
        captures: whether steps are captured where that is possible.
        say: told in a line where it is not, and of what else the user should know.
    """

    def __init__(
        self, learner: Learner, workspace: EpochWorkspace, track: Track, *, num_steps: int, captures: bool, say: Say
    ) -> None:  # fmt: skip
        self._learner, self._workspace, self._track = learner, workspace, track
        self._captures = captures and num_steps >= _WORTH
        self._say = say
        self._ways: dict[tuple[int, bool], Callable[[], None]] = {}
        self._shape: torch.Size | None = None
        """Of an image."""

    def begin(self, factors: Sequence[float]) -> None:
        """Start an epoch, with the factors of the learning rates of its steps."""
        self._began = time.perf_counter()
        self.sizes: list[int] = []
        self.startup_seconds, self._startup_images = 0.0, 0
        self._workspace.begin(factors)

    def renew(self) -> None:
        """Forget how steps were taken: what they compute has changed."""
        self._ways.clear()
        self._workspace.renew()

    def take(self, piece: Piece) -> None:
        """Take the steps of a piece."""
        if self._shape not in (None, piece.images.shape[1:]):
            self.renew()
        self._shape = piece.images.shape[1:]
        self._workspace.put(piece)
        for size in piece.sizes:
            self.sizes.append(size)
            kind = size, len(self.sizes) == self._workspace.num_steps
            if (way := self._ways.get(kind)) is not None:
                way()
            else:
                self._take_first(*kind)
        self._workspace.count()

    def end(self) -> None:
        """End an epoch; its figures are on their way."""
        self._workspace.end()

    def stop_clock(self) -> None:
        """Take down what the epoch took, now that the device has done it; the start-up counts apart."""
        self.seconds = time.perf_counter() - self._began - self.startup_seconds
        num_images = sum(self.sizes) - self._startup_images
        self.images_per_second = num_images / self.seconds if num_images else 0.0

    def figures(self) -> Figures:
        """Return what the epoch's steps have come to."""
        return self._workspace.figures()

    def _take_first(self, size: int, is_last: bool) -> None:
        """Take the first step of a kind, and find the way in which the others are taken."""
        step = Step(self._learner, self._workspace, size, is_last)
        self._ways[size, is_last] = step.run
        if not self._track.can_record:
            step.run()
            return
        began = time.perf_counter()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            step.run()
        self._tell(caught)
        self._track.finish()
        if self._captures:
            self._ways[size, is_last] = self._captured(step)
        self.startup_seconds += time.perf_counter() - began
        self._startup_images += size

    def _captured(self, step: Step) -> Callable[[], None]:
        """Return what replays a step, or where it cannot be captured, what takes it."""
        is_exact = torch.are_deterministic_algorithms_enabled()
        try:
            return capture(step, self._track, is_exact=is_exact)
        except NotCaptured as error:
            self._captures = False
            self._say(f"the training step could not be captured ({error}); it runs uncaptured, several times slower")
            return step.run

    def _tell(self, caught: list[warnings.WarningMessage]) -> None:
        """Say which of the network's algorithms have other bits each time; hand on all other warnings."""
        for warning in caught:
            operation, is_of_bits, _ = str(warning.message).partition(" does not have a deterministic implementation")
            if is_of_bits:
                self._say(f"{operation} gives different bits each time on a GPU, and so does this run")
            else:
                warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
