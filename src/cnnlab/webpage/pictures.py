"""Images inside a page."""

from __future__ import annotations

import base64
import io

import numpy as np
from numpy.typing import NDArray

LARGEST, PIXELATED = 96, 48
"""Pixels: larger images are made smaller; up to the second every pixel is kept, and drawn as a square."""

Image = NDArray[np.uint8]
"""(C, H, W)."""


def picture_of(pixels: Image | None) -> tuple[str | None, bool]:
    """Return an image as a data URI, and whether its pixels are all there: gray unless it has three channels.

    Small images are PNG files, which keep every pixel; larger ones are JPEG files, a quarter of their size.
    """
    from PIL import Image as Pillow  # only where a page is written

    if pixels is None:
        return None, False
    image = Pillow.fromarray(pixels.transpose(1, 2, 0) if len(pixels) == 3 else pixels[0])
    image.thumbnail((LARGEST, LARGEST))
    is_small = max(image.size) <= PIXELATED
    kind = "png" if is_small else "jpeg"
    file = io.BytesIO()
    image.save(file, kind, **({"optimize": True} if is_small else {"quality": 80}))
    return f"data:image/{kind};base64,{base64.b64encode(file.getvalue()).decode()}", is_small
