"""Which classes are taken for which."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from cnnlab.base.metrics import Floats, Ints, accuracy
from cnnlab.base.texts import cut_middle
from cnnlab.outputs.run_files import RunFiles
from cnnlab.plots.style import (
    FAINT,
    GRID,
    HEADER,
    INK,
    LARGE,
    MARGIN,
    NORMAL,
    SMALL,
    add_axes,
    new_figure,
    percent,
    styled,
    text_width,
    write_header,
    write_title,
)

MAX_NUMBERED = 20  # classes up to which every cell holds its number
MAX_NAMED = 25  # class names per axis
NORM = PowerNorm(0.5, vmin=0, vmax=1)  # square root: one confusion in a hundred can be seen


@styled
def confusion(run: RunFiles) -> Figure | None:
    """Draw the test split's confusion matrix, coloured by the share of the true class."""
    counts = run.confusion
    if counts is None:
        return None
    figure = _drawn(counts, run.classes)
    headline = f"Confusion matrix: {percent(accuracy(counts))} of {counts.sum():,} test images right"
    write_header(figure, run, headline, note=_note(run.classes))
    return figure


@styled
def confusion_of(counts: Ints, classes: tuple[str, ...], *, source: str) -> Figure:
    """Draw a confusion matrix of images that are of no run's test split.

    Args:
        counts: (K, K), rows true.
        classes: K names.
        source: what the images are, and who answered.
    """
    figure = _drawn(counts, classes)
    headline = f"Confusion matrix: {percent(accuracy(counts))} of {counts.sum():,} images right"
    write_title(figure, headline, "  ·  ".join(part for part in (source, _note(classes)) if part))
    return figure


def _note(classes: tuple[str, ...]) -> str:
    return "" if len(classes) > MAX_NUMBERED else "shade: share of the true class"


def _drawn(counts: Ints, classes: tuple[str, ...]) -> Figure:
    """Draw the matrix without what stands above it."""
    names = [cut_middle(name, 18) for name in classes]
    figure, axes = _layout(names)
    image = _draw_shares(axes, counts, names)
    if len(names) <= MAX_NUMBERED:
        _write_counts(axes, counts)
    else:
        _add_colorbar(figure, axes, image)
        _list_confusions(figure, axes, counts, names=classes)
    return figure


def _layout(names: list[str]) -> tuple[Figure, Axes]:
    """Make square axes with room for the names, and on the right for what is beside a large matrix."""
    size = SMALL if len(names) > 12 else NORMAL
    probe = new_figure(1, 1)
    room = text_width(probe, names, size)
    is_large = len(names) > MAX_NUMBERED
    side = 4.3 if is_large else _side(len(names))
    is_upright = room > 0.92 * side / len(names)
    left, bottom = MARGIN + 0.32 + room, MARGIN + 0.32 + (room if is_upright else 0.13)
    right, top = (3.1 if is_large else 0.2), HEADER + 0.05
    width = max(left + side + right, 4.6)
    figure = new_figure(width, bottom + side + top)
    axes = add_axes(figure, left, bottom, right=width - left - side, top=top)
    axes.tick_params(length=0, labelsize=size)
    axes.tick_params(axis="x", rotation=90 if is_upright else 0)
    return figure, axes


def _side(num_classes: int) -> float:
    """Length of the sides of a matrix with numbers."""
    return min(6.6, max(2.9, 0.46 * num_classes))


def _draw_shares(axes: Axes, counts: Ints, names: list[str]) -> AxesImage:
    image = axes.imshow(_shares(counts), cmap="Blues", norm=NORM, interpolation="nearest", aspect="auto")
    step = -(-len(names) // MAX_NAMED)
    axes.set_xticks(range(0, len(names), step), names[::step])
    axes.set_yticks(range(0, len(names), step), names[::step])
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    for side in ("left", "bottom", "top", "right"):
        axes.spines[side].set_visible(len(names) > MAX_NUMBERED)
    if len(names) <= MAX_NUMBERED:
        borders = np.arange(len(names) + 1) - 0.5
        axes.hlines(borders, -0.5, len(names) - 0.5, colors=GRID, linewidths=0.6, clip_on=False)
        axes.vlines(borders, -0.5, len(names) - 0.5, colors=GRID, linewidths=0.6, clip_on=False)
    return image


def _shares(counts: Ints) -> Floats:
    support: Ints = counts.sum(axis=1, keepdims=True)
    return counts / np.maximum(support, 1)


def _write_counts(axes: Axes, counts: Ints) -> None:
    """Write the count, and under it where there is room the share of the true class; nothing in empty cells."""
    shares = _shares(counts)
    has_shares = len(counts) <= 12
    size = LARGE if len(counts) <= 4 else NORMAL if counts.max() < 10_000 else SMALL
    line = size / 72 * len(counts) / _side(len(counts))  # height of a line in cells
    for row, column in zip(*np.nonzero(counts)):
        share = shares[row, column]
        color = "white" if share > 0.4 else INK
        above = 0.55 * line if has_shares else 0
        axes.text(column, row - above, f"{counts[row, column]}", ha="center", va="center", color=color, size=size)
        if has_shares:
            text = percent(share) if share < 0.0995 else f"{_whole_percent(share)} %"
            axes.text(column, row + 0.75 * line, text, ha="center", va="center", color=color, size=0.72 * size)


def _whole_percent(share: float) -> int:
    """Round, but to 100 only what is exactly that."""
    return 100 if share == 1 else min(99, round(100 * share))


def _add_colorbar(figure: Figure, axes: Axes, image: AxesImage) -> None:
    box = axes.get_position()
    width = figure.get_size_inches()[0]
    bar = figure.colorbar(image, cax=figure.add_axes((box.x1 + 0.14 / width, box.y0, 0.12 / width, box.height)))
    bar.set_ticks([0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 1], labels=["0", "1", "5", "10", "25", "50", "75", "100"])
    bar.set_label("% of the true class")
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=2)


def _list_confusions(figure: Figure, axes: Axes, counts: Ints, *, names: tuple[str, ...]) -> None:
    """Name the pairs most often confused, which the cells of a large matrix are too small to tell."""
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    worst = [int(place) for place in np.argsort(-wrong, axis=None, kind="stable")[:12] if wrong.flat[place] > 0]
    box = axes.get_position()
    width, height = figure.get_size_inches()
    x, y = box.x1 + 0.92 / width, box.y1
    if worst:
        figure.text(x, y, "most frequent confusions", size=NORMAL, color=FAINT, va="top")
    for rank, place in enumerate(worst):
        true, predicted = divmod(place, len(names))
        top = y - (0.24 + 0.32 * rank) / height
        figure.text(x, top, f"{wrong.flat[place]}", size=NORMAL, va="top", weight="bold")
        text = f"{cut_middle(names[true], 24)}\n→ {cut_middle(names[predicted], 22)}"
        figure.text(x + 0.3 / width, top, text, size=SMALL, va="top", linespacing=1.15)
