"""Images inside a page."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import Image as Pillow

LARGEST, PIXELATED = 96, 48
"""Pixels: larger images are made smaller; up to the second every pixel is kept, and drawn as a square."""

Image = NDArray[np.uint8]
"""(C, H, W)."""


def picture_of(pixels: Image | None) -> tuple[str | None, bool]:
    """Return an image as a data URI, and whether its pixels are all there: gray unless it has three channels.

    Small images are PNG files, which keep every pixel; larger ones are JPEG files, a quarter of their size.
    """
    if pixels is None:
        return None, False
    image = _opened(pixels)
    image.thumbnail((LARGEST, LARGEST))
    is_small = max(image.size) <= PIXELATED
    return _as_data(image, "png" if is_small else "jpeg"), is_small


def sheet_of(images: Sequence[Image], *, side: int, columns: int, gap: int = 0) -> str:
    """Return images side by side as a data URI: a PNG file with nothing in the gaps, or a JPEG file without gaps.

    Args:
        images: each made a square; pixels of one that is smaller become squares.
        side: of the squares, in pixels.
        columns: squares in a row.
        gap: pixels between two.
    """
    from PIL import Image as Pillow  # only where a page is written

    columns, step = min(columns, len(images)), side + gap
    rows = -(-len(images) // columns)
    sheet = Pillow.new("RGBA" if gap else "RGB", (columns * step - gap, rows * step - gap))
    for place, pixels in enumerate(images):
        image, how = _opened(pixels), Pillow.Resampling.NEAREST
        if max(image.size) > side:
            how = Pillow.Resampling.BOX
        sheet.paste(image.resize((side, side), how), (place % columns * step, place // columns * step))
    return _as_data(sheet, "png" if gap else "jpeg")


def _opened(pixels: Image) -> Pillow.Image:
    from PIL import Image as Pillow

    return Pillow.fromarray(pixels.transpose(1, 2, 0) if len(pixels) == 3 else pixels[0])


def _as_data(image: Pillow.Image, kind: Literal["png", "jpeg"]) -> str:
    file = io.BytesIO()
    image.save(file, kind, **({"optimize": True} if kind == "png" else {"quality": 80}))
    return f"data:image/{kind};base64,{base64.b64encode(file.getvalue()).decode()}"
