"""Images as a program has them, as files: so they are read as a run reads its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from cnnlab.base.errors import ConfigError
from cnnlab.base.paths import given_path
from cnnlab.runs.predicting.given_images import GivenImage, find_images

_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")
"""Of images that PNG keeps as they are."""
_TAKES = (
    "Give files, folders, images of Pillow, arrays (H, W), (H, W, C), (N, H, W, C) or tensors (C, H, W), (N, C, H, W)."
)


@dataclass(frozen=True)
class NamedImage:
    """An image, and what its answer is called after."""

    name: str
    image: GivenImage


def named_images(given: object, folder: Path) -> list[NamedImage]:
    """Return images as files.

    Args:
        given: a file, a folder of images, an image of Pillow, an array, a tensor, or a sequence of these.
        folder: gets what is no file yet.

    Raises:
        ConfigError: it is something else, or there is no such file.
    """
    found: list[NamedImage] = []
    for each in given if isinstance(given, list | tuple) else [given]:
        if isinstance(each, str | os.PathLike):
            found += (NamedImage(str(image.path), image) for image in _files(os.fspath(each)))
            continue
        for image in _images(each):
            path = folder / f"{len(found)}.png"
            image.save(path)
            found.append(NamedImage(f"image {len(found)}", GivenImage(path, ())))
    if not found:
        raise ConfigError(f"images: none given. {_TAKES}")
    return found


def _files(text: str) -> Sequence[GivenImage]:
    return find_images([given_path("images", text)]).images


def _images(given: object) -> Iterator[Image.Image]:
    """Yield the images that an object of a program holds."""
    if isinstance(given, Image.Image):
        upright = ImageOps.exif_transpose(given)
        yield upright if upright.mode in _MODES else upright.convert("RGB")
        return
    if "torch" in sys.modules and isinstance(given, sys.modules["torch"].Tensor):
        array = given.detach().cpu().numpy()
        array = np.moveaxis(array, -3, -1) if array.ndim in (3, 4) else array
    elif isinstance(given, np.ndarray):
        array = given
    else:
        raise ConfigError(f"images: cannot take {type(given).__name__}. {_TAKES}")
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim not in (3, 4) or array.shape[-1] not in (1, 3, 4):
        raise ConfigError(f"images: 1, 3 or 4 channels are taken, got the shape {given.shape}. {_TAKES}")
    if 0 in array.shape[-3:]:
        raise ConfigError(f"images: there are no pixels in the shape {given.shape}. Leave it out.")
    pixels = _in_8_bits(array)
    for one in pixels if pixels.ndim == 4 else pixels[None]:
        yield Image.fromarray(one[..., 0] if one.shape[-1] == 1 else np.ascontiguousarray(one))


def _in_8_bits(array: npt.NDArray[np.generic]) -> npt.NDArray[np.uint8]:
    """Return pixels as bytes.

    Raises:
        ConfigError: what is black and what is white is not known.
    """
    if array.dtype == np.uint8:
        return array.astype(np.uint8, copy=False)
    if np.issubdtype(array.dtype, np.floating):
        values = array.astype(np.float64)
        if not values.size or (values.min() >= 0 and values.max() <= 1):
            return np.round(255 * values).astype(np.uint8)
        raise ConfigError(
            f"images: floating-point numbers must lie in [0, 1], got {values.min():g} to {values.max():g}. Divide by "
            "what is white."
        )
    raise ConfigError(f"images: must be uint8, or floating-point in [0, 1], got {array.dtype}. Convert them.")
