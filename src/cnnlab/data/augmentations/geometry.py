"""Augmentations that move pixels: flips, crops, affine maps.

Every image keeps its size. Scaling to one size, and the centre crop of what is not square, is `dataset.image_size`:
it holds for training and evaluation alike, and is done once, when the data set is read.
"""

from __future__ import annotations

import math
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from cnnlab.base.errors import ConfigError
from cnnlab.base.schema import NonNegative, NonNegativeInt, Portion, Positive, Probability
from cnnlab.data.augmentations.composition import Augmentation, between, compose, per_image

Interpolation = Literal["nearest", "bilinear"]
Alternating = Literal["alternating"]
"""In place of a probability: in every second epoch, the first one drawn for good."""


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


def flip_horizontally(images: Tensor, is_flipped: Tensor) -> Tensor:
    """Mirror left and right where `is_flipped`, bool (N,)."""
    return torch.where(per_image(is_flipped), images.flip(3), images)


def flip_vertically(images: Tensor, is_flipped: Tensor) -> Tensor:
    """Mirror top and bottom where `is_flipped`, bool (N,)."""
    return torch.where(per_image(is_flipped), images.flip(2), images)


def affine_matrix(
    degrees: Tensor, shift_x: Tensor, shift_y: Tensor, *, scale: float | Tensor = 1.0, shear: Tensor | None = None
) -> Tensor:
    """Return the map from the pixels of each result to those of its image; the image is sheared, scaled, turned, moved.

    Args:
        degrees: clockwise.
        shift_x: pixels to the right.
        shift_y: pixels down.
        scale: factor on the size of what is seen.
        shear: degrees, along x; None is 0.

    Shape:
        (N,) each -> (N, 2, 3).
    """
    turn, slope = torch.deg2rad(degrees), 0.0 if shear is None else torch.tan(torch.deg2rad(shear))
    cos, sin = turn.cos() / scale, turn.sin() / scale
    x_from_x, x_from_y = cos - sin * slope, sin + cos * slope  # the inverse of rotation @ [[1, -slope], [0, 1]] * scale
    y_from_x, y_from_y = -sin, cos
    x_row = torch.stack((x_from_x, x_from_y, -x_from_x * shift_x - x_from_y * shift_y), 1)
    y_row = torch.stack((y_from_x, y_from_y, -y_from_x * shift_x - y_from_y * shift_y), 1)
    return torch.stack((x_row, y_row), 1)


def warp(images: Tensor, matrix: Tensor, *, interpolation: Interpolation) -> Tensor:
    """Show at each pixel what lies in the image where the matrix leads; outside of it are zeros.

    (x', y') = matrix @ (x, y, 1), in pixels from the image's centre, x to the right, y down

    Shape:
        images uint8 (N, C, H, W), matrix (N, 2, 3) -> uint8 (N, C, H, W), channels last.
    """
    height, width = images.shape[2:]
    scaled = torch.stack((matrix[:, 0] * (2 / width), matrix[:, 1] * (2 / height)), 1)  # the image reaches from -1 to 1
    from_x, from_y, offset = scaled.unbind(2)  # (N, 2) each
    x = torch.arange(width, device=images.device) - (width - 1) / 2
    y = torch.arange(height, device=images.device) - (height - 1) / 2
    across = from_x[:, None, None] * x[:, None]  # (N, 1, W, 2)
    down = (from_y[:, None] * y[:, None] + offset[:, None])[:, :, None]  # (N, H, 1, 2)
    return _sample(images, across + down, interpolation=interpolation)


def crop_and_resize(images: Tensor, top: Tensor, left: Tensor, height: Tensor, width: Tensor) -> Tensor:
    """Cut each image's own box and scale it to the size of the image, bilinearly, without looking outside of the box.

    Shape:
        images uint8 (N, C, H, W); the box int64 (N,) each, in pixels -> uint8 (N, C, H, W), channels last.
    """
    x = _box_positions(left, width, images.shape[3])[:, None].expand(-1, images.shape[2], -1)
    y = _box_positions(top, height, images.shape[2])[:, :, None].expand(-1, -1, images.shape[3])
    return _sample(images, torch.stack((x, y), 3), interpolation="bilinear")


def _box_positions(start: Tensor, length: Tensor, size: int) -> Tensor:
    """Return what the `size` pixels of one axis show, (N, size); the image reaches from -1 to 1."""
    pixels = torch.arange(size, device=start.device) + 0.5
    inside = (pixels * (length / size)[:, None] - 0.5).clamp_min(0).minimum(length[:, None] - 1)
    return (2 * (start[:, None] + inside) + 1) / size - 1


def _sample(images: Tensor, grid: Tensor, *, interpolation: Interpolation) -> Tensor:
    sampled = F.grid_sample(images.float(), grid, mode=interpolation, padding_mode="zeros", align_corners=False)
    return sampled.round_().to(torch.uint8, memory_format=torch.channels_last)


def horizontal_flip(*, probability: Probability | Alternating = 0.5) -> Augmentation:
    """Mirror left and right; alternating: in every second epoch (Jordan 2024, arXiv:2404.00498, sec. 3.6)."""
    alternates = isinstance(probability, str)
    limit = 0.5 if isinstance(probability, str) else probability
    return Augmentation(
        1, lambda images, draws: flip_horizontally(images, draws[:, 0] < limit), alternating=(0,) if alternates else ()
    )


def vertical_flip(*, probability: Probability = 0.5) -> Augmentation:
    """Mirror top and bottom."""
    return Augmentation(1, lambda images, draws: flip_vertically(images, draws[:, 0] < probability))


def random_crop(*, padding: NonNegativeInt = 4) -> Augmentation:
    """Move by up to `padding` pixels, zeros coming in."""

    def apply(images: Tensor, draws: Tensor) -> Tensor:
        top, left = (draws * (2 * padding + 1)).long().unbind(1)
        return crop(images, top, left, padding=padding)

    return Augmentation(2, apply)


def flip_crop(*, padding: NonNegativeInt = 4, flip: Probability | Alternating = 0.5) -> Augmentation:
    """Horizontal flip and a random crop of the zero-padded image, as usual on CIFAR."""
    return compose(random_crop(padding=padding), horizontal_flip(probability=flip))


def affine(
    *,
    degrees: NonNegative = 15.0,
    translate: Probability = 0.1,
    scale: tuple[Positive, Positive] = (0.9, 1.1),
    shear: NonNegative = 0.0,
    interpolation: Interpolation = "nearest",
) -> Augmentation:
    """Turn, move, scale and shear, each by an amount of its own."""
    _check_range("scale", scale)

    def apply(images: Tensor, draws: Tensor) -> Tensor:
        height, width = images.shape[2:]
        symmetric = 2 * draws - 1
        matrix = affine_matrix(
            symmetric[:, 0] * degrees,
            (symmetric[:, 1] * translate * width).round(),
            (symmetric[:, 2] * translate * height).round(),
            scale=between(draws[:, 3], *scale),
            shear=symmetric[:, 4] * shear,
        )
        return warp(images, matrix, interpolation=interpolation)

    return Augmentation(5, apply)


def rotation(*, degrees: NonNegative = 15.0, interpolation: Interpolation = "nearest") -> Augmentation:
    """Turn about the centre, zeros coming in at the corners."""

    def apply(images: Tensor, draws: Tensor) -> Tensor:
        unmoved = torch.zeros_like(draws[:, 0])
        matrix = affine_matrix(between(draws[:, 0], -degrees, degrees), unmoved, unmoved)
        return warp(images, matrix, interpolation=interpolation)

    return Augmentation(1, apply)


def random_resized_crop(
    *, scale: tuple[Portion, Portion] = (0.08, 1.0), ratio: tuple[Positive, Positive] = (3 / 4, 4 / 3)
) -> Augmentation:
    """Cut a box of random area and shape and scale it to the whole image (Szegedy et al. 2014, arXiv:1409.4842)."""
    _check_range("scale", scale)
    _check_range("ratio", ratio)
    flattest, tallest = math.log(ratio[0]), math.log(ratio[1])

    def apply(images: Tensor, draws: Tensor) -> Tensor:
        area = between(draws[:, 0], *scale)
        # A box with this part of the area fits for ratios from area to 1 / area, so that none has to be drawn again;
        # torchvision draws up to ten that may not fit, and then takes the middle.
        shape = between(draws[:, 1], area.log().clamp_min(flattest), (-area.log()).clamp_max(tallest)).exp()
        height = _box_side((area / shape).sqrt(), images.shape[2])
        width = _box_side((area * shape).sqrt(), images.shape[3])
        top = (draws[:, 2] * (images.shape[2] - height + 1)).long()
        left = (draws[:, 3] * (images.shape[3] - width + 1)).long()
        return crop_and_resize(images, top, left, height, width)

    return Augmentation(4, apply)


def _box_side(part: Tensor, side: int) -> Tensor:
    """Return a part of the image's side in whole pixels, int64 (N,), at least one of them."""
    return (part * side).round().long().clamp(1, side)


def _check_range(option: str, ends: tuple[float, float]) -> None:
    if ends[0] > ends[1]:
        raise ConfigError(f"augmentation.{option}: must go from low to high, got {list(ends)}.")
