"""Generated images: stripes under noise."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import torch
from torch import Tensor

from cnnlab.base.errors import ConfigError
from cnnlab.base.randomness import generator
from cnnlab.base.schema import Bound, PositiveInt
from cnnlab.data.storage import Storage
from cnnlab.data.stores import Source, whole

_DRAWN_TOGETHER = 256  # synthetic images per generator: another number makes other images


def synthetic(
    storage: Storage,
    *,
    num_images: PositiveInt = 2000,
    num_classes: Annotated[int, Bound(">= 2", low=2)] = 10,
    class_names: tuple[str, ...] | None = None,
    channels: Literal[1, 3] = 3,
) -> Source:
    """Stripes under noise, whose direction is the class; generated, 32x32 or image_size."""
    names = class_names or tuple(map(str, range(num_classes)))
    if len(names) != num_classes:
        raise ConfigError(f"dataset.class_names: must be dataset.num_classes ({num_classes}) names, got {list(names)}.")
    size = storage.image_size or 32
    labels = torch.arange(num_images) % num_classes
    images = torch.empty(num_images, channels, size, size, dtype=torch.uint8)
    for counter, (chunk, target) in enumerate(
        zip(torch.split(labels, _DRAWN_TOGETHER), torch.split(images, _DRAWN_TOGETHER))
    ):
        draws = generator(0, "synthetic", counter)  # not the run's seed: it is one data set
        target.copy_(_stripes(chunk * math.pi / num_classes, channels, size, draws))
    return Source(whole("synthetic", images, labels), names)


def _stripes(angles: Tensor, channels: int, size: int, draws: torch.Generator) -> Tensor:
    """Return float images in [0, 255]: four to six waves across, any phase, any contrast and tint, and noise.

    Shape:
        angles (N,) in radians -> (N, channels, size, size).
    """
    num = len(angles)
    waves, phase = 4 + 2 * torch.rand(num, 1, 1, generator=draws), torch.rand(num, 1, 1, generator=draws)
    contrast = 0.1 + 0.2 * torch.rand(num, channels, 1, 1, generator=draws)
    noise = torch.randn(num, channels, size, size, generator=draws)
    ticks = torch.arange(size) / size
    across = angles.cos()[:, None, None] * ticks + angles.sin()[:, None, None] * ticks[:, None]  # (N, H, W)
    wave = torch.sin(2 * math.pi * (waves * across + phase))[:, None]
    return ((0.5 + contrast * wave + 0.2 * noise) * 255).round_().clamp_(0, 255)
