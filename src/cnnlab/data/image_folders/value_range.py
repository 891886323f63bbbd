"""What is black and what is white in an image file: more than 8 bits become 8 by what the file says, or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from cnnlab.base.errors import ConfigError

_WHITE = 65535
_USED = 1 << 14  # a set of 16-bit images that stays under it uses a quarter of the range, or less
_BITS_PER_SAMPLE, _MAX_SAMPLE_VALUE = 258, 281  # TIFF tags
_STATED = frozenset({2**bits - 1 for bits in range(9, 17)})


class UnknownRange(ValueError):
    """What is black and what is white in a file is not known."""


@dataclass(frozen=True)
class Peak:
    """The largest value of a file that does not say what white is."""

    value: float
    is_float: bool


def in_8_bits(image: Image.Image, raw_mode: str) -> tuple[Image.Image, Peak | None]:
    """Scale what has more than 8 bits; Pillow's own conversion would cut it off at 255.

    Integers are scaled by the depth that the file states, else by 65,535; floats are fractions of white up to 1, grey
    levels up to 255. NaN becomes black.

    Args:
        image: as Pillow decodes it.
        raw_mode: how its values lie in the file.

    Returns:
        The image in 8 bits, and its peak where the file does not say what white is.

    Raises:
        UnknownRange: values lie outside.
    """
    if image.mode.startswith("I"):
        return _integers(image)
    if image.mode == "F":
        return _floats(np.nan_to_num(np.asarray(image)))
    if ";16" in raw_mode:  # of colours Pillow takes the upper byte, so what fills the lower one only is lost
        bands = image.split()[: -1 if image.mode.endswith("A") else None]
        return image, Peak(257 * max(int(np.asarray(band).max()) for band in bands), is_float=False)
    return image, None


def raw_mode_of(image: Image.Image) -> str:
    """Return how the values lie in the file, before anything of it is decoded; "" where that is not known."""
    tiles = getattr(image, "tile", [])
    args = tiles[0][3] if tiles else ""
    return str(args[0] if isinstance(args, tuple) and args else args)


def _integers(image: Image.Image) -> tuple[Image.Image, Peak | None]:
    values, stated = np.asarray(image), _stated_white(image)
    low, high, white = int(values.min()), int(values.max()), stated or _WHITE
    if low < 0 or high > white:
        raise UnknownRange(f"its values reach from {low:,} to {high:,}, known are 0 to {white:,}")
    return _image(values * (255 / white)), None if stated else Peak(high, is_float=False)


def _floats(values: npt.NDArray[np.float32]) -> tuple[Image.Image, Peak]:
    low, high = float(values.min()), float(values.max())
    if low < 0 or high > 255:
        raise UnknownRange(f"its values reach from {low:g} to {high:g}, known are 0 to 1, or 0 to 255")
    return _image(values * 255 if high <= 1 else values), Peak(high, is_float=True)


def _image(values: npt.NDArray[Any]) -> Image.Image:
    return Image.fromarray(np.rint(values).astype(np.uint8))


def _stated_white(image: Image.Image) -> int | None:
    """Return the white that a file states; None where it does not."""
    if image.format == "PPM":
        return _WHITE  # Pillow has scaled it by what the file says
    tags = getattr(image, "tag_v2", {})
    bits = tags.get(_BITS_PER_SAMPLE, (16,))[0]
    stated = tags.get(_MAX_SAMPLE_VALUE, 2**bits - 1 if bits < 16 else None)
    stated = stated[0] if isinstance(stated, tuple) else stated
    return stated if stated in _STATED else None


def check_peaks(peaks: Iterable[tuple[str, Peak]]) -> None:
    """Refuse a set of images that leaves open what white is.

    Args:
        peaks: path and peak of every file that does not say it.

    Raises:
        ConfigError: 16-bit images use a small part of their range, or floats are fractions here and grey levels there.
    """
    peaks = list(peaks)
    integers = [(peak.value, path) for path, peak in peaks if not peak.is_float]
    high, path = max(integers, default=(0.0, ""))
    if 0 < high < _USED:
        raise ConfigError(
            f"dataset.root: the images have 16 bits per value and use 0 to {high:,.0f} of 65,535 ('{path}' has the "
            "largest), so what is white is not known. Scale them to 0 to 65,535, or save them in 8 bits."
        )
    floats = sorted((peak.value, path) for path, peak in peaks if peak.is_float and peak.value > 0)
    if floats and floats[0][0] <= 1 < floats[-1][0]:
        raise ConfigError(
            f"dataset.root: the images hold floats up to {floats[0][0]:g} ('{floats[0][1]}') and up to "
            f"{floats[-1][0]:g} ('{floats[-1][1]}'), so whether 1 or 255 is white is not known. Scale all of them to 0 "
            "to 1, or save them in 8 bits."
        )
