"""Precision and recall of each class."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from cnnlab.base.metrics import ClassReport, balanced_accuracy
from cnnlab.base.metrics import per_class as report_classes
from cnnlab.base.texts import cut_middle
from cnnlab.outputs.run_files import RunFiles
from cnnlab.plots.style import (
    BLUE,
    FAINT,
    GRID,
    HEADER,
    MARGIN,
    NORMAL,
    ORANGE,
    SMALL,
    add_axes,
    new_figure,
    percent,
    styled,
    text_width,
    write_header,
    write_outside,
)

MAX_ROWS = 30
ROW_HEIGHT = 0.2

Row = tuple[str, ClassReport]


@styled
def per_class(run: RunFiles) -> Figure | None:
    """Draw precision and recall of the classes, best recall on top; of many classes only the two ends."""
    if run.confusion is None:
        return None
    rows = [row for row in zip(run.classes, report_classes(run.confusion)) if row[1].support]
    rows.sort(key=lambda row: (-row[1].recall, -row[1].precision))
    shown = rows if len(rows) <= MAX_ROWS else [*rows[: MAX_ROWS // 2], *rows[-MAX_ROWS // 2 :]]
    figure, axes = _layout(shown, is_cut=len(shown) < len(rows))
    places = _places(len(shown), is_cut=len(shown) < len(rows))
    _draw_rows(axes, shown, places)
    _write_names(axes, shown, places)
    if len(shown) < len(rows):
        gap = (places[MAX_ROWS // 2 - 1] + places[MAX_ROWS // 2]) / 2
        axes.text(
            0.5,
            gap,
            f"{len(rows) - len(shown)} classes between them are not shown",
            size=SMALL,
            color=FAINT,
            transform=axes.get_yaxis_transform(),
            ha="center",
            va="center",
        )
    note = f"balanced accuracy {percent(balanced_accuracy(run.confusion))}"
    write_header(figure, run, _headline(rows, shown), note=note)
    return figure


def _headline(rows: list[Row], shown: list[Row]) -> str:
    if len(shown) < len(rows):
        return f"Precision and recall: {MAX_ROWS // 2} best and {MAX_ROWS // 2} worst of {len(rows)} classes"
    return "Precision and recall per class"


def _places(num_rows: int, *, is_cut: bool) -> list[float]:
    """Heights of the rows, from the top down; with a gap in the middle where rows are left out."""
    return [row + (1.4 if is_cut and row >= num_rows // 2 else 0.0) for row in range(num_rows)]


def _layout(shown: list[Row], *, is_cut: bool) -> tuple[Figure, Axes]:
    probe = new_figure(1, 1)
    left = MARGIN + 0.08 + text_width(probe, [cut_middle(name, 24) for name, _ in shown], SMALL + 0.5)
    last = _places(len(shown), is_cut=is_cut)[-1]
    figure = new_figure(max(6.2 if is_cut else 5.4, left + 4.2), HEADER + 0.25 + 0.45 + ROW_HEIGHT * (last + 1.2))
    axes = add_axes(figure, left, 0.45, right=0.75, top=HEADER + 0.25)
    axes.set_ylim(last + 0.6, -0.6)
    return figure, axes


def _draw_rows(axes: Axes, shown: list[Row], places: list[float]) -> None:
    recall, precision = [100 * r.recall for _, r in shown], [100 * r.precision for _, r in shown]
    lowest = min(recall + precision)
    floor = 0.0 if lowest < 40 else 5 * ((lowest - 1) // 5)
    span = 100 - floor
    axes.set_xlim(floor - 0.02 * span, 100 + 0.02 * span)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    axes.set_xlabel("recall and precision in %")
    axes.grid(axis="x")
    axes.hlines(places, recall, precision, colors=GRID, linewidths=3, zorder=1.5)
    axes.plot(
        precision,
        places,
        "D",
        color=ORANGE,
        markersize=4.5,
        markerfacecolor="none",  # a recall of the same value shows through
        markeredgewidth=1.3,
        label="precision",
        zorder=3,
    )
    axes.plot(recall, places, "o", color=BLUE, markersize=5, label="recall", zorder=2.5)


def _write_names(axes: Axes, shown: list[Row], places: list[float]) -> None:
    """Write the classes on the left, their support on the right, and above the rows what the marks mean."""
    axes.set_yticks(places, [cut_middle(name, 24) for name, _ in shown])
    axes.tick_params(axis="y", length=0, labelsize=SMALL + 0.5)
    axes.spines["left"].set_visible(False)
    bottom, top = axes.get_ylim()
    for place, (_, report) in zip(places, shown):
        height = (bottom - place) / (bottom - top)
        write_outside(axes, f"{report.support:,}", (1, height), (38, 0), color=FAINT, ha="right", va="center")
    write_outside(axes, "images", (1, 1), (38, 4), color=FAINT, ha="right")
    write_outside(axes, "● recall", (0, 1), (0, 4), color=BLUE, size=NORMAL)
    write_outside(axes, "◇ precision", (0, 1), (52, 4), color="#A87400", size=NORMAL)  # ORANGE, darker: it is text
