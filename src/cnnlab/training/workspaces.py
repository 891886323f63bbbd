"""Workspaces: where the steps of an epoch find their images and learning rates, and leave their figures.

On a CPU the host knows where everything is, and telling it costs nothing. On a GPU a value that the host knows is a
wait or a copy, and a captured step would keep it for good: its workspace is in `device_workspace`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.optim import Optimizer

from cnnlab.data.batches import Piece
from cnnlab.training.step import Step


@dataclass(frozen=True)
class Figures:
    """What the steps of an epoch have come to."""

    losses: Sequence[float]
    """One a step."""
    num_correct: int
    """Images whose likeliest class was the right one."""
    gradients: Sequence[Sequence[float]]
    """Mean, maximum and sum of squares of each gradient, of the last step."""


class EpochWorkspace(ABC):
    """Of one training; used for epoch after epoch.

    Args:
        optimizer: whose learning rates are set.
        num_steps: in an epoch.
    """

    def __init__(self, optimizer: Optimizer, num_steps: int) -> None:
        self.optimizer, self.num_steps = optimizer, num_steps
        for group in optimizer.param_groups:
            group.setdefault("initial_lr", float(group["lr"]))

    @abstractmethod
    def begin(self, factors: Sequence[float]) -> None:
        """Start an epoch, with the factors of the learning rates of its steps."""

    @abstractmethod
    def renew(self) -> None:
        """Between two steps: forget what was laid out for images of one size, and for the gradients of some layers."""

    @abstractmethod
    def put(self, piece: Piece) -> None:
        """Lay out the images of the next steps."""

    @abstractmethod
    def take(self, step: Step) -> tuple[Tensor, Tensor]:
        """Return images and targets of the step, with the learning rates set."""

    @abstractmethod
    def write(self, step: Step, logits: Tensor, loss: Tensor) -> None:
        """Keep what the step has come to, and move on to the next one."""

    @abstractmethod
    def write_gradients(self, sizes: Tensor) -> None:
        """Keep the sizes of the gradients."""

    @abstractmethod
    def count(self) -> None:
        """Count the right answers to the piece, whose steps are done."""

    @abstractmethod
    def end(self) -> None:
        """End the epoch: nothing is to be seen of the workspace in the optimizer, and the figures are on their way."""

    @abstractmethod
    def figures(self) -> Figures:
        """Return the figures, once the device has done what `end` asked of it."""


class HostWorkspace(EpochWorkspace):
    """Of a training on the CPU: batches are views of the piece, the learning rates Python's own numbers."""

    def begin(self, factors: Sequence[float]) -> None:
        """Start an epoch."""
        # One piece of memory: small tensors that outlive their step lie between the large ones that do not, and
        # malloc can join nothing across them. A resnet18 grew by 0.8 GiB in 100 steps that way.
        self._losses = torch.empty(self.num_steps)
        self._correct = torch.empty(self.num_steps, dtype=torch.int64)
        self._gradients = torch.empty(0, 3)
        self._factors, self._step = factors, 0

    def renew(self) -> None:
        """Do nothing: nothing is kept for longer than a step."""

    def put(self, piece: Piece) -> None:
        """Lay out the images of the next steps."""
        self._piece, self._start = piece, 0

    def take(self, step: Step) -> tuple[Tensor, Tensor]:
        """Return the part of the piece that comes next."""
        factor = self._factors[self._step]
        for group in self.optimizer.param_groups:
            group["lr"] = group["initial_lr"] * factor
        return self._batch(step.size)

    def _batch(self, size: int) -> tuple[Tensor, Tensor]:
        stop = self._start + size
        return self._piece.images[self._start : stop], self._piece.targets[self._start : stop]

    def write(self, step: Step, logits: Tensor, loss: Tensor) -> None:
        """Keep loss and number of right answers."""
        self._losses[self._step] = loss
        _, targets = self._batch(step.size)
        self._correct[self._step] = (logits.argmax(1) == dominant(targets)).sum()
        self._start, self._step = self._start + step.size, self._step + 1

    def write_gradients(self, sizes: Tensor) -> None:
        """Keep the sizes of the gradients."""
        self._gradients = sizes

    def count(self) -> None:
        """Do nothing: each step has."""

    def end(self) -> None:
        """Do nothing: all is there."""

    def figures(self) -> Figures:
        """Return the figures."""
        losses, num_correct = self._losses[: self._step].tolist(), int(self._correct[: self._step].sum())
        return Figures(losses, num_correct, self._gradients.tolist())


def dominant(targets: Tensor) -> Tensor:
    """Return the class of each target; of class probabilities (N, K) the likeliest, of equal ones the first."""
    return targets if targets.ndim == 1 else targets.argmax(1)


def on_the_way(values: Tensor) -> Tensor:
    """Return what will be a copy of the values on the host, once the device has done what was enqueued before."""
    if values.device.type == "cpu":
        return values
    return torch.empty(values.shape, dtype=values.dtype, pin_memory=True).copy_(values, non_blocking=True)
