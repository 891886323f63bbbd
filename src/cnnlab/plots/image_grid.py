"""Images side by side, each with a caption."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnlab.plots.style import HEADER, MARGIN, SMALL, add_axes, new_figure

COLUMNS, ROWS = 6, 4
CELL = 1.18  # inches
PICTURE = 1.06
LINE = 0.125  # of a caption
MAX_PIXELATED = 96  # pixels a side up to which every pixel is drawn as a square


def draw_images(images: Sequence[NDArray[np.uint8]], captions: Sequence[str]) -> Figure:
    """Draw images (C, H, W) in rows of six; all captions have as many lines. There is room for a header."""
    row_height = PICTURE + LINE * (1 + captions[0].count("\n")) + 0.14
    width = min(len(images), COLUMNS) * CELL - (CELL - PICTURE)
    figure, axes = board(width, row_height * -(-len(images) // COLUMNS))
    for place, (image, caption) in enumerate(zip(images, captions)):
        x, y = place % COLUMNS * CELL, place // COLUMNS * row_height
        _draw_image(axes, image, x, y)
        axes.text(x + PICTURE / 2, y + PICTURE + 0.04, caption, size=SMALL, ha="center", va="top", linespacing=1.1)
    return figure


def board(width: float, height: float) -> tuple[Figure, Axes]:
    """Return one pair of axes for all pictures, in inches, y downwards, with room for a header."""
    whole = max(width + 2 * MARGIN, 4.4)
    figure = new_figure(whole, height + HEADER + MARGIN)
    axes = add_axes(figure, MARGIN, MARGIN, right=whole - MARGIN - width, top=HEADER)
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.set_autoscale_on(False)
    return figure, axes


def _draw_image(axes: Axes, image: NDArray[np.uint8], x: float, y: float) -> None:
    """Draw one image (C, H, W) as large as its cell allows, in its own proportions; gray unless C is 3."""
    pixels = image.transpose(1, 2, 0) if len(image) == 3 else image[0]
    height, width = pixels.shape[:2]
    scale = PICTURE / max(height, width)
    left, top = x + (PICTURE - width * scale) / 2, y + (PICTURE - height * scale) / 2
    how = "nearest" if max(height, width) <= MAX_PIXELATED else "antialiased"
    axes.imshow(
        pixels,
        extent=(left, left + width * scale, top + height * scale, top),
        cmap="gray",
        vmin=0,
        vmax=255,
        interpolation=how,
        aspect="auto",
    )
