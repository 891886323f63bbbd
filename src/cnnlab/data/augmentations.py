"""Augmentations as pure functions of whole batches: (images, uniform draws) -> images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from cnnlab.schema import NonNegativeInt, Probability


@dataclass(frozen=True)
class Augmentation:
    """What is done to a batch, and how many random numbers it takes per image."""

    num_draws: int
    apply: Callable[[Tensor, Tensor], Tensor]
    """(uint8 (N, C, H, W), float32 (N, num_draws) uniform in [0, 1)) -> uint8 (N, C, H, W)."""


def crop(images: Tensor, top: Tensor, left: Tensor, *, padding: int) -> Tensor:
    """Pad with zeros on all sides, then cut each image's own window of the original size.

    Shape:
        images uint8 (N, C, H, W); top, left int64 (N,) in [0, 2 * padding] -> uint8 (N, C, H, W), channels last.
    """
    height, width = images.shape[2:]
    padded = F.pad(images, (padding,) * 4).permute(0, 2, 3, 1)
    windows = padded.unfold(1, height, 1).unfold(2, width, 1)  # a view: (N, top, left, C, H, W)
    rows = torch.arange(len(images), device=images.device)
    return windows.permute(0, 1, 2, 4, 5, 3)[rows, top, left].permute(0, 3, 1, 2)


def horizontal_flip(images: Tensor, is_flipped: Tensor) -> Tensor:
    """Mirror left and right where `is_flipped`, bool (N,)."""
    return torch.where(is_flipped[:, None, None, None], images.flip(3), images)


def none() -> Augmentation:
    """The images as they are."""
    return Augmentation(0, lambda images, _: images)


def flip_crop(*, padding: NonNegativeInt = 4, flip: Probability = 0.5) -> Augmentation:
    """Horizontal flip and a random crop of the zero-padded image, as usual on CIFAR."""

    def apply(images: Tensor, draws: Tensor) -> Tensor:
        shifts = (draws[:, :2] * (2 * padding + 1)).long()
        moved = crop(images, shifts[:, 0], shifts[:, 1], padding=padding) if padding else images
        return horizontal_flip(moved, draws[:, 2] < flip)

    return Augmentation(3, apply)


AUGMENTATIONS: dict[str, Callable[..., Augmentation]] = {
    "none": none,
    "flip_crop": flip_crop,
}
