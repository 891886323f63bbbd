"""The workspace of a training on a GPU: all is in memory that stays where it is, and counters lead through it.

So no step has a value of the host in it, and one that was captured does the right thing wherever it is in an epoch.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.optim import Optimizer

from cnnlab.data.batches import Piece
from cnnlab.training.step import Step
from cnnlab.training.workspaces import EpochWorkspace, Figures, dominant, on_the_way


class DeviceWorkspace(EpochWorkspace):
    """Of a training on a GPU: fixed buffers, two counters, learning rates in float32 by step and parameter group.

    Runs on any device, and always with the same results: tests run it on the CPU.

    Args:
        optimizer: its parameters are on the device.
        num_steps: in an epoch.
        device: of the training.
    """

    def __init__(self, optimizer: Optimizer, num_steps: int, device: torch.device) -> None:
        super().__init__(optimizer, num_steps)
        self._device = device
        self._table = torch.zeros(num_steps, len(optimizer.param_groups), device=device)
        self._lrs = torch.zeros(1, len(optimizer.param_groups), device=device)
        self._losses = torch.zeros(num_steps, device=device)
        self._num_correct = torch.zeros((), dtype=torch.int64, device=device)
        self._gradients = torch.zeros(0, 3, device=device)
        self._steps = torch.arange(num_steps, device=device)
        self._step = torch.zeros(1, dtype=torch.int64, device=device)
        """Of the epoch."""
        self._place = torch.zeros(1, dtype=torch.int64, device=device)
        """Of the step in the piece."""
        self._images: Tensor | None = None

    def begin(self, factors: Sequence[float]) -> None:
        """Start an epoch: the learning rates of all its steps are laid out."""
        groups = self.optimizer.param_groups
        rates = torch.tensor([[group["initial_lr"] * each for group in groups] for each in factors])
        self._table.copy_(_pinned(rates, self._device), non_blocking=True)
        self._last_rates = [group["initial_lr"] * factors[-1] for group in groups]
        for place, group in enumerate(groups):
            group["lr"] = self._lrs[0, place]
        self._step.zero_()
        self._num_correct.zero_()
        self._num_put = 0

    def renew(self) -> None:
        """Take other memory from the next piece on."""
        self._images = None
        self._gradients = torch.zeros(0, 3, device=self._device)

    def put(self, piece: Piece) -> None:
        """Copy the images of the next steps to where the steps look for them."""
        if self._images is None:
            self._make_room(piece)
        assert self._images is not None
        self._images[: len(piece.images)].copy_(_rows(piece.images))
        self._targets[: len(piece.targets)].copy_(piece.targets)
        self._sizes = piece.sizes
        self._num_put += len(piece.sizes)
        self._place.zero_()

    def _make_room(self, piece: Piece) -> None:
        """Take the memory of the largest piece, which is the first one, or the last one with one image more."""
        images, targets, sizes = piece
        rows, num_rows = _rows(images), len(images) + 1
        self._images = torch.zeros((num_rows, *rows.shape[1:]), dtype=rows.dtype, device=self._device)
        self._targets = torch.zeros((num_rows, *targets.shape[1:]), dtype=targets.dtype, device=self._device)
        self._places = torch.arange(len(sizes), device=self._device)
        self._offsets = torch.arange(sizes[0], device=self._device)
        steps_before = (self.num_steps - 1) % len(sizes)  # in the last piece, before the last step
        self._last_start = steps_before * sizes[0]
        self._logits: Tensor | None = None
        self._last_logits: Tensor | None = None

    def take(self, step: Step) -> tuple[Tensor, Tensor]:
        """Return the images that the counter leads to; those of an epoch's last step lie where they always do."""
        assert self._images is not None
        torch.index_select(self._table, 0, self._step, out=self._lrs)
        if step.is_last:
            last = slice(self._last_start, self._last_start + step.size)
            return _images(self._images[last]), self._targets[last]
        at = self._place * step.size + self._offsets
        return _images(self._images.index_select(0, at)), self._targets.index_select(0, at)

    def write(self, step: Step, logits: Tensor, loss: Tensor) -> None:
        """Keep loss and logits; `where` writes them, since writing at an index takes a sort to be deterministic."""
        torch.where(self._steps == self._step, loss, self._losses, out=self._losses)
        if step.is_last:
            if self._last_logits is None:
                self._last_logits = torch.zeros_like(logits)
            self._last_logits.copy_(logits)
        else:
            if self._logits is None:
                self._logits = torch.zeros((len(self._places), *logits.shape), device=self._device)
            here = (self._places == self._place)[:, None, None]
            torch.where(here, logits, self._logits, out=self._logits)
        self._place.add_(1)
        self._step.add_(1)

    def write_gradients(self, sizes: Tensor) -> None:
        """Keep the sizes of the gradients."""
        if not len(self._gradients):
            self._gradients = torch.zeros_like(sizes)
        self._gradients.copy_(sizes)

    def count(self) -> None:
        """Count the right answers to the piece."""
        steps_done = len(self._sizes)
        if self._num_put == self.num_steps:
            assert self._last_logits is not None
            last = slice(self._last_start, self._last_start + len(self._last_logits))
            self._num_correct += _num_correct(self._last_logits, self._targets[last])
            steps_done -= 1
        if steps_done:
            assert self._logits is not None
            logits = self._logits[:steps_done].flatten(0, 1)
            self._num_correct += _num_correct(logits, self._targets[: len(logits)])

    def end(self) -> None:
        """Send the figures to the host, and give the optimizer plain learning rates: it may be saved now."""
        for group, rate in zip(self.optimizer.param_groups, self._last_rates):
            group["lr"] = rate
        figures = torch.cat(
            (self._losses.double(), self._num_correct.double()[None], self._gradients.double().flatten())
        )
        self._figures = on_the_way(figures)

    def figures(self) -> Figures:
        """Return the figures."""
        values = self._figures.tolist()
        losses, rest = values[: self.num_steps], values[self.num_steps + 1 :]
        sizes = [rest[start : start + 3] for start in range(0, len(rest), 3)]
        return Figures(losses, int(values[self.num_steps]), sizes)

    def rewind(self, factor: float) -> None:
        """Let the next step be the piece's first one and the epoch's, at learning rates times a factor: for a trial."""
        self._step.zero_()
        self._place.zero_()
        self._table.mul_(factor)

    def tensors(self) -> list[Tensor]:
        """Return what steps change here, and `rewind`."""
        kept = (self._logits, self._last_logits)
        return [
            self._table, self._lrs, self._losses, self._gradients, self._step, self._place,
            *(each for each in kept if each is not None),
        ]  # fmt: skip


def _num_correct(logits: Tensor, targets: Tensor) -> Tensor:
    return (logits.argmax(1) == dominant(targets)).sum()


def _rows(images: Tensor) -> Tensor:
    """Put the channels of images (N, C, H, W) last: a row of the result is one image, in one piece of memory."""
    return images.permute(0, 2, 3, 1) if images.ndim == 4 else images


def _images(rows: Tensor) -> Tensor:
    """Return (N, C, H, W), channels last in memory, as convolutions like it best."""
    return rows.permute(0, 3, 1, 2) if rows.ndim == 4 else rows


def _pinned(values: Tensor, device: torch.device) -> Tensor:
    """Return values of the host in memory from which a copy to the device does not wait."""
    return values.pin_memory() if device.type == "cuda" else values
