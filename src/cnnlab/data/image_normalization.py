"""Mean and deviation of the pixels, per channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # RGB, images scaled to [0, 1]
_STATISTICS_CHUNK = 512  # images; keeps the float copy small
_CONSTANT = 0.1 / 255  # a tenth of a grey level: a channel that deviates less holds nothing but rounding


@dataclass(frozen=True)
class Normalization:
    """Per-channel mean and standard deviation that are taken off the images, of images scaled to [0, 1]."""

    mean: tuple[float, ...]
    std: tuple[float, ...]

    def apply(self, images: Tensor) -> Tensor:
        """Turn uint8 (N, C, H, W) into float32 (N, C, H, W): (x / 255 - mean) / std."""
        scale, shift = self._scale_and_shift
        return images.float().mul_(_per_channel(scale, images.device)).add_(_per_channel(shift, images.device))

    @cached_property
    def _scale_and_shift(self) -> tuple[list[float], list[float]]:
        """What the values of each channel, from 0 to 255, are multiplied by, and what is added then."""
        scale = 1 / (255 * np.array(self.std, np.float32))
        return scale.tolist(), (-np.array(self.mean, np.float32) * scale * 255).tolist()


def _per_channel(values: Sequence[float], device: torch.device) -> Tensor:
    """Return constants (C, 1, 1) that are written where they are used: a copy from the host would wait for the GPU."""
    return torch.cat([torch.full((1, 1, 1), value, device=device) for value in values])


def measure_normalization(images: Tensor, rows: Tensor) -> Normalization:
    """Return mean and deviation per channel over all pixels of some images.

    Shape:
        uint8 (M, C, H, W), rows int64 (N,).
    """
    channels = images.shape[1]
    total = torch.zeros(images[0].numel(), dtype=torch.float64)  # by pixel: sums over images run along memory
    squares = torch.zeros_like(total)
    for some in torch.split(rows, _STATISTICS_CHUNK):
        chunk = images[some].permute(0, 2, 3, 1).flatten(1).float()  # (N, H*W*C), values 0..255
        total += chunk.sum(0)
        squares += chunk.square_().sum(0)
    mean = total.view(-1, channels).mean(0) / len(rows) / 255
    std = (squares.view(-1, channels).mean(0) / len(rows) / 255**2 - mean.square()).clamp_min(0).sqrt()
    std[std < _CONSTANT] = 1.0  # a constant channel stays what it is: near zero
    return Normalization(tuple(mean.tolist()), tuple(std.tolist()))


def no_normalization(channels: int) -> Normalization:
    """Return what leaves images, scaled to [0, 1], as they are."""
    return Normalization((0.0,) * channels, (1.0,) * channels)


def imagenet_normalization(channels: int) -> Normalization:
    """Return ImageNet's mean and deviation; for grayscale images their averages over the channels."""
    if channels == len(IMAGENET_MEAN):
        return Normalization(IMAGENET_MEAN, IMAGENET_STD)
    return Normalization((sum(IMAGENET_MEAN) / 3,) * channels, (sum(IMAGENET_STD) / 3,) * channels)
