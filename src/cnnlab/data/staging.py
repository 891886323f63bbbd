"""The way of images from main memory to a GPU, which computes meanwhile."""

from __future__ import annotations

import math

import torch
from torch import Tensor


class Staging:
    """Two pinned buffers in turn: images are gathered into one while those in the other travel.

    From memory that is not pinned a copy waits for all that the device has been asked for.

    Args:
        device: where the images go.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._waiting: list[tuple[Tensor, torch.cuda.Event]] = []
        """Buffers, the one that left first in front, and what tells that it may be written again."""

    def move(self, images: Tensor, rows: Tensor) -> Tensor:
        """Return some of the images on the device; what is enqueued there afterwards finds them.

        Shape:
            uint8 (M, ...), rows int64 (N,) -> (N, ...) in the same order in memory.
        """
        lying = images.permute(0, 2, 3, 1) if images.ndim == 4 else images  # channels last: a row is one piece
        shape = (len(rows), *lying.shape[1:])
        memory, has_left = self._memory(math.prod(shape), lying.dtype)
        gathered = memory[: math.prod(shape)].view(shape)
        torch.index_select(lying, 0, rows, out=gathered)
        moved = gathered.to(self._device, non_blocking=True)
        has_left.record()
        self._waiting.append((memory, has_left))
        return moved.permute(0, 3, 1, 2) if images.ndim == 4 else moved

    def _memory(self, size: int, dtype: torch.dtype) -> tuple[Tensor, torch.cuda.Event]:
        """Return pinned memory of at least so many values that nothing reads any more."""
        if len(self._waiting) < 2:
            has_left = torch.cuda.Event(blocking=True)  # type: ignore[no-untyped-call]
            return torch.empty(size, dtype=dtype, pin_memory=True), has_left
        memory, has_left = self._waiting.pop(0)
        has_left.synchronize()
        return memory if len(memory) >= size else torch.empty(size, dtype=dtype, pin_memory=True), has_left
