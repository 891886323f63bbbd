"""Decoding of image files. Worker processes import this module, so it must not import torch: that takes seconds."""

from __future__ import annotations

import errno
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from cnnlab.data.image_folders.formats import formats_of
from cnnlab.data.image_folders.listing import permission_denied
from cnnlab.data.image_folders.reasons import reason
from cnnlab.data.image_folders.value_range import Peak, in_8_bits, raw_mode_of
from cnnlab.data.scaling import Scaling

VERSION = 3  # of what is made of a file; raising it decodes every folder anew
GRAY_MODES = frozenset({"1", "L", "LA", "I", "F", "I;16", "I;16L", "I;16B", "I;16N"})
_ALPHA_MODES = frozenset({"LA", "PA", "RGBA", "RGBa"})
ORIENTATION = 0x0112  # EXIF tag; 5 to 8 swap width and height
# A failing disk or too few file handles say nothing about an image: such an error goes on.
_SYSTEM_ERRORS = frozenset({errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM})

T = TypeVar("T")


@dataclass(frozen=True)
class Header:
    """What an image file says of itself."""

    width: int
    """Pixels, upright."""
    height: int
    is_gray: bool


@dataclass(frozen=True)
class Target:
    """What the decoded images look like, and where they go."""

    file: Path
    """Holds uint8 (N, height, width, channels): the order in which convolutions are fastest."""
    offset: int
    """Bytes before the first image."""
    channels: int
    height: int
    width: int
    scaling: Scaling

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""
        return self.channels, self.height, self.width


def read_headers(root: Path, paths: Sequence[str]) -> list[Header | str]:
    """Return the header of each file, or why it cannot be read."""
    return list(_each(read_header, root, paths))


def decode_files(root: Path, paths: Sequence[str], first: int, target: Target) -> list[str | Peak | None]:
    """Decode files into rows `first`... of the target; one that cannot be decoded becomes zeros.

    Returns:
        For each file why it cannot be decoded, or its peak where it does not say what white is, or None.

    Raises:
        OSError: the target cannot be written; the disk is full, for one.
    """
    blank = bytes(math.prod(target.shape))
    found: list[str | Peak | None] = []
    # Not through a memory map: where the disk is full, that ends the process without a word.
    with target.file.open("r+b") as file:
        file.seek(target.offset + first * len(blank))
        for result in _each(lambda path: _decode(path, *target.shape, target.scaling), root, paths):
            file.write(blank if isinstance(result, str) else result[0].transpose(1, 2, 0).tobytes())
            found.append(result if isinstance(result, str) else result[1])
    return found


def _each(read: Callable[[Path], T], root: Path, paths: Sequence[str]) -> Iterator[T | str]:
    """Yield what is read from each file, or why it cannot be read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of oddities that it copes with
        for path in paths:
            yield _attempt(read, root / path)


def _attempt(read: Callable[[Path], T], path: Path) -> T | str:
    try:
        return read(path)
    except PermissionError as error:
        raise permission_denied(error) from error
    except Exception as error:  # on damaged files Pillow raises nearly anything
        if isinstance(error, MemoryError) or getattr(error, "errno", None) in _SYSTEM_ERRORS:
            raise
        return reason(path, error)


def read_header(path: Path) -> Header:
    """Return what an image file says of itself; on damaged ones Pillow raises nearly anything."""
    with Image.open(path, formats=formats_of(path.name)) as image:
        # The base class's: a PNG's own decodes the whole image in search of late tags.
        is_turned = Image.Image.getexif(image).get(ORIENTATION, 1) >= 5
        width, height = image.size[::-1] if is_turned else image.size
        return Header(width, height, image.mode in GRAY_MODES)


def decode(path: Path, channels: int, height: int, width: int, scaling: Scaling = Scaling()) -> npt.NDArray[np.uint8]:
    """Read an image upright, in 8 bits, on white where it is transparent, scaled to cover height x width and cropped.

    Shape:
        -> (channels, height, width); channels is 1 or 3.

    Raises:
        UnknownRange: what is black and what is white is not known.
        Exception: on damaged files Pillow raises nearly anything.
    """
    return _decode(path, channels, height, width, scaling)[0]


def _decode(
    path: Path, channels: int, height: int, width: int, scaling: Scaling
) -> tuple[npt.NDArray[np.uint8], Peak | None]:
    with Image.open(path, formats=formats_of(path.name)) as image:
        scaling.prepare(image, width, height)
        raw_mode = raw_mode_of(image)  # a decoded image has forgotten it
        ImageOps.exif_transpose(image, in_place=True)
        narrow, peak = in_8_bits(image, raw_mode)
        plain = _on_white(narrow).convert("L" if channels == 1 else "RGB")
        pixels = np.asarray(scaling.cover(plain, width, height))
    return pixels[None] if channels == 1 else pixels.transpose(2, 0, 1), peak


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode not in _ALPHA_MODES and "transparency" not in image.info:
        return image
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
