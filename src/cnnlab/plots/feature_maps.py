"""What a network makes of one image, stage by stage. Drawn on demand: it takes the weights, not only a run's files."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnlab.outputs.run_files import RunFiles
from cnnlab.plots.style import (
    DPI,
    FAINT,
    HEADER,
    MARGIN,
    NORMAL,
    SMALL,
    add_axes,
    fit_text,
    new_figure,
    styled,
    write_header,
)

CHANNELS = 8
"""Maps of a stage that are shown, the first ones."""
ROWS = 24
"""Stages that are shown; of more, as many evenly over the depth, the first and the last among them."""
LABEL, TILE, GAP = 1.05, 0.78, 0.05  # inches
IMAGE = 2 * TILE + GAP
LEGEND = (
    f"Below: what leaves each stage, its first {CHANNELS} channels.\n"
    "One scale for a row: black and white are the values at its left,\n"
    "and whatever lies beyond, one value in a hundred."
)
SHOWN_PERCENT = (0.5, 99.5)  # of a row's values, so that a single hot pixel does not darken all others

Maps = NDArray[np.float32]
"""(C, H, W), of one image behind one stage."""


@styled
def feature_maps(run: RunFiles, image: NDArray[np.uint8], stages: Sequence[tuple[str, Maps]], *, title: str) -> Figure:
    """Draw an image and under it a row for each stage: its first maps, in shades that mean the same along the row.

    Args:
        run: whose network it is.
        image: as the network sees it, (C, H, W).
        stages: names and maps, at least one.
        title: what the image is, and what the network takes it for.
    """
    places = np.linspace(0, len(stages) - 1, min(len(stages), ROWS)).round().astype(int)
    figure, axes = _layout(len(places))
    _label(axes, 0.0, "image", image.shape, "")
    pixels = image.transpose(1, 2, 0) if len(image) == 3 else image[0]
    _draw(axes, pixels, 0.0, 0, side=IMAGE, low=0, high=255)
    axes.text(LABEL + IMAGE + 2 * GAP, IMAGE, LEGEND, size=SMALL, color=FAINT, va="bottom", linespacing=1.4)
    for row, (name, maps) in enumerate(stages[place] for place in places):
        y = IMAGE + GAP + row * (TILE + GAP)
        low, high = _range(maps[:CHANNELS])
        _label(axes, y, name, maps.shape, f"{low:.3g} to {high:.3g}")
        for column, channel in enumerate(maps[:CHANNELS]):
            _draw(axes, channel, y, column, side=TILE, low=low, high=high)
    write_header(figure, run, title, note=_count(len(places), len(stages)))
    return figure


def _count(shown: int, stages: int) -> str:
    return f"{shown} of {stages} stages" if shown < stages else ""


def _layout(num_rows: int) -> tuple[Figure, Axes]:
    """One pair of axes for everything, in inches, y downwards."""
    width = LABEL + CHANNELS * (TILE + GAP) - GAP
    height = IMAGE + num_rows * (TILE + GAP)
    figure = new_figure(width + 2 * MARGIN, height + HEADER + MARGIN)
    axes = add_axes(figure, MARGIN, MARGIN, right=MARGIN, top=HEADER)
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.set_autoscale_on(False)
    return figure, axes


def _label(axes: Axes, y: float, name: str, shape: tuple[int, ...], shades: str) -> None:
    """Write left of a row what it shows, its size, and the values of its darkest and brightest shade."""
    figure = axes.figure
    assert isinstance(figure, Figure)
    axes.text(0, y + 0.08, fit_text(figure, name, NORMAL, LABEL - 2 * GAP), size=NORMAL, va="top")
    axes.text(0, y + 0.25, f"{'x'.join(map(str, shape))}\n{shades}", size=SMALL, color=FAINT, va="top", linespacing=1.4)


def _draw(
    axes: Axes, pixels: NDArray[np.generic], y: float, column: int, *, side: float, low: float, high: float
) -> None:
    """Draw a map, or an image, as a square; one with fewer pixels than its place shows each as a square."""
    x = LABEL + column * (side + GAP)
    how = "nearest" if len(pixels) <= side * DPI else "antialiased"
    box = (x, x + side, y + side, y)
    axes.imshow(pixels, extent=box, cmap="gray", vmin=low, vmax=high, interpolation=how, aspect="auto")


def _range(maps: Maps) -> tuple[float, float]:
    """Return the values of the darkest and the brightest shade of a row; what is not finite does not count."""
    finite = maps[np.isfinite(maps)]
    if not len(finite):
        return 0.0, 0.0
    low, high = np.percentile(finite, SHOWN_PERCENT)
    return float(low), float(high)
