"""Augmentations that change the values of pixels: brightness, contrast, saturation, hue, sharpness.

The arithmetic is that of torchvision's tensor functions, result for result in uint8. Where an image has one channel,
it has neither saturation nor hue: they leave it as it is. torchvision's ColorJitter draws the order of its four steps
anew for every call; here it is fixed, so that a step can be switched off and the others stay what they were.
"""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

from cnnlab.base.schema import Bound, NonNegative, Probability
from cnnlab.data.augmentations.composition import Augmentation, between, per_image

HueShift = Annotated[float, Bound("in [0, 0.5]", low=0, high=0.5)]


def adjust_brightness(images: Tensor, factor: Tensor) -> Tensor:
    """Multiply by the factor (N,): 0 is black, 1 leaves the images as they are."""
    return _truncated(images * per_image(factor))


def adjust_contrast(images: Tensor, factor: Tensor) -> Tensor:
    """Move away from the image's mean gray: the factor (N,) is 0 for that gray alone, 1 for the image as it is."""
    mean = luminance(images).mean((1, 2, 3), keepdim=True)  # of whole numbers: exact in whatever order it is summed
    return _blend(images, mean, factor)


def adjust_saturation(images: Tensor, factor: Tensor) -> Tensor:
    """Move away from gray: the factor (N,) is 0 for gray, 1 for the image as it is."""
    return _blend(images, luminance(images), factor) if images.shape[1] == 3 else images


def adjust_hue(images: Tensor, shift: Tensor) -> Tensor:
    """Turn the circle of colours by `shift` (N,), in turns; the lightest and the darkest value of a pixel stay.

    channel = max - (max - min) * clamp(min(k, 4 - k), 0, 1),  k = (n + 6 * hue) mod 6,  n = 5, 3, 1 for R, G, B
    https://en.wikipedia.org/wiki/HSL_and_HSV, "HSV to RGB alternative"
    """
    if images.shape[1] != 3:
        return images
    # Single channels are worked on: they lie together.
    values = images.to(torch.float32, memory_format=torch.contiguous_format)
    low, high = values.amin(1, keepdim=True), values.amax(1, keepdim=True)
    chroma = high - low
    hue = _sextants((values - low).div_(chroma.clamp_min(1)))
    n = torch.arange(5.0, 0.0, -2.0, device=images.device).view(3, 1, 1)
    k = hue + (6 * per_image(shift) + n)
    k.sub_((k / 6).floor_().mul_(6))
    weight = k.sub_(2).abs_().neg_().add_(2).clamp_(0, 1)  # min(k, 4 - k) = 2 - |k - 2|
    return torch.addcmul(high, chroma, weight, value=-1).round_().to(torch.uint8, memory_format=torch.channels_last)


def _sextants(pure: Tensor) -> Tensor:
    """Return hues from 0 to 6 of pixels whose darkest channel is 0 and whose lightest is 1, (N, 3, H, W).

    Masks are numbers: `torch.where` takes ten times as long on the CPU. A gray pixel, all 0, gets some hue.
    """
    red, green, blue = torch.split(pure, 1, dim=1)
    no_blue, no_red = (blue == 0).float(), (red == 0).float()
    without_blue, without_red, without_green = green - red + 1, blue - green + 3, red - blue + 5
    return torch.lerp(torch.lerp(without_green, without_red, no_red), without_blue, no_blue)


def adjust_sharpness(images: Tensor, factor: Tensor) -> Tensor:
    """Move away from the blurred image: the factor (N,) is 0 for blurred, 1 for the image as it is, more for sharper.

    The blur weighs a pixel by 5 / 13, its eight neighbours by 1 / 13; the border stays as it is.
    """
    if min(images.shape[2:]) < 3:
        return images
    values = images.float()
    inner = values[:, :, 1:-1, 1:-1]
    rows = (values[:, :, :-2] + values[:, :, 1:-1]).add_(values[:, :, 2:])
    blurred = (rows[..., :-2] + rows[..., 1:-1]).add_(rows[..., 2:]).add_(inner, alpha=4).div_(13).round_()
    inner.add_(blurred.sub_(inner).mul_(1 - per_image(factor)))  # a view: `values` has it now
    return _truncated(values)


def to_gray(images: Tensor, is_gray: Tensor) -> Tensor:
    """Put the luminance into all channels where `is_gray`, bool (N,)."""
    return torch.where(per_image(is_gray), luminance(images).to(torch.uint8), images)


def luminance(images: Tensor) -> Tensor:
    """Return the brightness that is seen, in whole numbers (ITU-R BT.601); one channel is its own.

    Shape:
        images uint8 (N, C, H, W) -> float32 (N, 1, H, W); where C is not 3, the images as they are.
    """
    if images.shape[1] != 3:
        return images.float()
    red, green, blue = torch.split(images, 1, dim=1)
    return (red * 0.2989).add_(green, alpha=0.587).add_(blue, alpha=0.114).floor_()


def _blend(images: Tensor, other: Tensor, factor: Tensor) -> Tensor:
    factor = per_image(factor)
    return _truncated((images * factor).add_(other * (1 - factor)))


def _truncated(values: Tensor) -> Tensor:
    return values.clamp_(0, 255).to(torch.uint8)


def color_jitter(
    *,
    brightness: NonNegative = 0.2,
    contrast: NonNegative = 0.2,
    saturation: NonNegative = 0.2,
    hue: HueShift = 0.05,
) -> Augmentation:
    """Change brightness, contrast, saturation and hue, in this order, each by an amount of its own."""

    def apply(images: Tensor, draws: Tensor) -> Tensor:
        if brightness:
            images = adjust_brightness(images, _factor(draws[:, 0], brightness))
        if contrast:
            images = adjust_contrast(images, _factor(draws[:, 1], contrast))
        if saturation:
            images = adjust_saturation(images, _factor(draws[:, 2], saturation))
        if hue:
            images = adjust_hue(images, between(draws[:, 3], -hue, hue))
        return images

    return Augmentation(4, apply)  # always 4: what is switched off does not change the draws of the others


def sharpness(*, factor: NonNegative = 2.0, probability: Probability = 0.5) -> Augmentation:
    """Sharpen some images, or blur them: factor 0 is blurred, 1 as it is, 2 as much sharper as 0 is blurred."""

    def apply(images: Tensor, draws: Tensor) -> Tensor:
        return adjust_sharpness(images, torch.where(draws[:, 0] < probability, factor, 1.0))

    return Augmentation(1, apply)


def grayscale(*, probability: Probability = 0.1) -> Augmentation:
    """Take the colour out of some images."""
    return Augmentation(1, lambda images, draws: to_gray(images, draws[:, 0] < probability))


def _factor(draws: Tensor, strength: float) -> Tensor:
    return between(draws, max(0.0, 1 - strength), 1 + strength)
