"""Augmentations that hide a part of an image, or mix it with another image and the targets in the same proportion."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Annotated

import numpy as np
import torch
from torch import Tensor

from cnnlab.base.schema import Bound, Portion, Positive, Probability
from cnnlab.data.augmentations.composition import Augmentation, Mixing, per_image

Gray = Annotated[int, Bound("in [0, 255]", low=0, high=255)]

_QUANTILES = 4097
"""Of the table that makes uniform draws Beta(alpha, alpha); exact to 1e-4, but for alpha > 1 near 0 and 1."""


def box_mask(images: Tensor, center_x: Tensor, center_y: Tensor, half_width: Tensor, half_height: Tensor) -> Tensor:
    """Mark the pixels of each image's own box, as far as it lies inside the image.

    Shape:
        images (N, C, H, W); the others int64 (N,), in pixels -> bool (N, 1, H, W).
    """
    across = _inside(images.shape[3], center_x, half_width)
    down = _inside(images.shape[2], center_y, half_height)
    return (down[:, :, None] & across[:, None])[:, None]


def _inside(size: int, center: Tensor, half: Tensor) -> Tensor:
    pixels = torch.arange(size, device=center.device)
    return (pixels >= (center - half)[:, None]) & (pixels < (center + half)[:, None])


def blend(images: Tensor, partners: Tensor, weight: Tensor) -> Tensor:
    """Return weight * image + (1 - weight) * partner, rounded; weight (N,) in [0, 1]."""
    return torch.lerp(partners.float(), images.float(), per_image(weight)).round_().to(torch.uint8)


def cutout(*, side: Portion = 0.5, fill: Gray = 128, probability: Probability = 1.0) -> Augmentation:
    """Hide a square with a random centre, which may lie partly outside (DeVries and Taylor 2017, arXiv:1708.04552)."""

    def apply(images: Tensor, draws: Tensor) -> Tensor:
        height, width = images.shape[2:]
        half = (draws[:, 2] < probability) * int(side * min(height, width) / 2)
        mask = box_mask(images, (draws[:, 0] * width).long(), (draws[:, 1] * height).long(), half, half)
        return torch.where(mask, fill, images)  # one gray for all data sets; the paper takes the data set's mean

    return Augmentation(3, apply)


def mixup(*, alpha: Positive = 1.0, probability: Probability = 1.0) -> Augmentation:
    """Average images and targets by a weight from Beta(alpha, alpha) (Zhang et al. 2017, arXiv:1710.09412)."""
    own_weight = _weights(alpha, probability)

    def mix(images: Tensor, partners: Tensor, draws: Tensor) -> tuple[Tensor, Tensor]:
        weight = own_weight(draws[:, 0], draws[:, 1])
        return blend(images, partners, weight), weight

    return Augmentation(0, lambda images, _: images, Mixing(2, mix))


def cutmix(*, alpha: Positive = 1.0, probability: Probability = 1.0) -> Augmentation:
    """Put a box of another image in; the targets are mixed by its area (Yun et al. 2019, arXiv:1905.04899)."""
    own_weight = _weights(alpha, probability)

    def mix(images: Tensor, partners: Tensor, draws: Tensor) -> tuple[Tensor, Tensor]:
        height, width = images.shape[2:]
        half = (1 - own_weight(draws[:, 0], draws[:, 1])).sqrt() / 2  # of the image's sides
        half_width, half_height = (half * width).long(), (half * height).long()
        center_x, center_y = (draws[:, 2] * width).long(), (draws[:, 3] * height).long()
        mask = box_mask(images, center_x, center_y, half_width, half_height)
        return torch.where(mask, partners, images), 1 - mask.float().mean((1, 2, 3))  # what came in, not what was drawn

    return Augmentation(0, lambda images, _: images, Mixing(4, mix))


def _weights(alpha: float, probability: float) -> Callable[[Tensor, Tensor], Tensor]:
    """Return a function of two uniform draws (N,): a weight from Beta(alpha, alpha), or 1 where nothing is mixed."""
    from scipy.special import betaincinv  # takes longer to import than most runs need to start

    quantiles = torch.from_numpy(betaincinv(alpha, alpha, np.linspace(0, 1, _QUANTILES))).float()

    @cache
    def quantiles_on(device: torch.device) -> Tensor:
        return quantiles.to(device)  # once: it waits for the GPU

    def weight(draws: Tensor, chance: Tensor) -> Tensor:
        table, place = quantiles_on(draws.device), draws * (_QUANTILES - 1)
        below = place.long()
        beta = torch.lerp(table[below], table[below + 1], place - below)
        return torch.where(chance < probability, beta, 1.0)

    return weight
