"""Panels side by side, or below each other where a picture is to be narrow; and values along an axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cnnlab.comparison.labels import cut_names
from cnnlab.comparison.layout import Layout
from cnnlab.plots.style import HEADER, MARGIN, NORMAL, add_axes, new_figure, text_width

LEAST = 1.3
"""Inches that a panel needs; else the next one goes below it."""

TITLE = 4.6
"""Width of a picture below which its title would lose its middle."""


@dataclass(frozen=True)
class Room:
    """Where panels stand; all in inches."""

    number: int
    """Of panels."""
    width: float = 2.75
    """Of a panel, where no layout says how wide the figure is."""
    left: float = 0.62
    """Beside the first panel of a row, for its labels."""
    gap: float = 0.5
    """Between the panels of a row."""
    right: float = 0.12
    """Beside the last panel of a row."""
    least: float = LEAST
    """Width of a panel below which rows get fewer of them."""

    def fitted(self, layout: Layout) -> tuple[int, float]:
        """Return how many panels stand in a row, and how wide each is."""
        if layout.width is None:
            beside = self.left + self.right + (self.number - 1) * self.gap
            return self.number, max(self.width, (TITLE * layout.has_titles - beside) / self.number)
        free = layout.width - self.left - self.right
        columns = max(1, min(self.number, int((free + self.gap) / (self.least + self.gap))))
        return columns, (free - (columns - 1) * self.gap) / columns


def panels_in(layout: Layout, room: Room, *, height: float, bottom: float = 0.45) -> tuple[Figure, list[Axes]]:
    """Return a figure with panels, row by row.

    Args:
        layout: gives the figure's width.
        room: of the panels.
        height: of a panel.
        bottom: below a panel, for its labels.
    """
    columns, width = room.fitted(layout)
    rows, top = -(-room.number // columns), HEADER if layout.has_titles else MARGIN
    total = room.left + columns * width + (columns - 1) * room.gap + room.right
    row_height = 0.2 + height + bottom
    figure = new_figure(total, top + rows * row_height)
    panels = []
    for place in range(room.number):
        row, column = divmod(place, columns)
        x, y = room.left + column * (width + room.gap), (rows - 1 - row) * row_height + bottom
        panels.append(add_axes(figure, x, y, right=total - x - width, top=top + row * row_height + 0.2))
    return figure, panels


def first_of_rows(panels: Sequence[Axes]) -> list[Axes]:
    """Return the leftmost panels."""
    lefts = [axes.get_position().x0 for axes in panels]
    return [axes for axes, left in zip(panels, lefts) if left - min(lefts) < 1e-6]


def names_within(names: Sequence[str], room: float) -> list[str]:
    """Cut the middle out of names until the widest takes no more than this room, in inches; at least 5 are left."""
    probe, length = new_figure(1, 1), max(map(len, names))
    while length > 5 and text_width(probe, cut_names(names, length), NORMAL) > room:
        length -= 1
    return cut_names(names, length)


def turned(labels: Sequence[str], step: float) -> float | None:
    """Return the height of labels that are turned upright, in inches; None where they fit as they are.

    Args:
        labels: along x.
        step: room for each, in inches.
    """
    widest = text_width(new_figure(1, 1), labels, NORMAL)
    return None if widest < step - 0.05 else widest
