"""The comparison as pictures for papers, PNG and PDF: curves of all arms, test accuracies, heat maps."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cnnlab.base.texts import cut_middle
from cnnlab.comparison.comparing import Comparison
from cnnlab.comparison.curves import SPLITS, Curves, notes_on_curves, read_curves
from cnnlab.comparison.factor_figures import interactions, main_effects
from cnnlab.comparison.heat import Shade, shades
from cnnlab.comparison.labels import ends_of, said_of_ends
from cnnlab.comparison.layout import ON_SCREEN, Layout
from cnnlab.comparison.panels import Room, first_of_rows, names_within, panels_in, turned
from cnnlab.comparison.plane import Plane, plane_of
from cnnlab.comparison.resampling import Repeats
from cnnlab.comparison.verdicts import Result
from cnnlab.plots import save_figures
from cnnlab.plots.curves import LOG_RATIO, scale_epochs
from cnnlab.plots.style import (
    FAINT,
    HEADER,
    INK,
    MARGIN,
    NORMAL,
    SMALL,
    add_axes,
    label_ends,
    line_style,
    new_figure,
    scale_log,
    size_of,
    styled,
    text_width,
    write_outside,
    write_title,
)

MAX_LABELLED = 14
"""Arms whose names fit beside a panel; the best by validation are named, the others are grey."""
GREY = "#C9C9C9"


@styled
def draw_all(comparison: Comparison, layout: Layout = ON_SCREEN) -> list[Path]:
    """Draw every picture that the runs allow into the study's plots/, and return the files."""
    comparison.folder.path.mkdir(parents=True, exist_ok=True)
    figures = ((name, draw(comparison, layout)) for name, draw in FIGURES.items())
    return save_figures(comparison.folder.path, figures, kinds=("png", "pdf"), dpi=layout.dpi)


def accuracy(comparison: Comparison, layout: Layout = ON_SCREEN) -> Figure | None:
    """Draw the accuracy of every arm per epoch."""
    return _draw_curves(comparison, layout, "accuracy", 100.0)


def loss(comparison: Comparison, layout: Layout = ON_SCREEN) -> Figure | None:
    """Draw the loss of every arm per epoch."""
    return _draw_curves(comparison, layout, "loss", 1.0)


def _draw_curves(study: Comparison, layout: Layout, name: str, factor: float) -> Figure | None:
    """Draw a panel per measured split, all arms in each; names stand at the ends of the last panel's curves."""
    comparison = study.shown
    of_arms = {r.label: curves for r in comparison.results if (curves := read_curves(r.arm)) is not None}
    splits = [split for split in SPLITS if any(f"{split}_{name}" in curves.bands for curves in of_arms.values())]
    if not splits or max(curves.num_epochs for curves in of_arms.values()) < 2:
        return None  # of one epoch, as of heads that are solved at once, there is no curve
    most = MAX_LABELLED if layout.width is None else MAX_LABELLED - 2
    named = [result.label for result in comparison.ranked[:most] if result.label in of_arms]
    names = dict(zip(named, _names(comparison, named, 24, layout, share=0.33)))
    right = 0.2 + text_width(new_figure(1, 1), names.values(), NORMAL)
    figure, places = panels_in(layout, Room(len(splits), right=right), height=1.75)
    band = _said_of_band({curves.num_seeds for curves in of_arms.values()}, comparison.question.repeats)
    notes = [*_part(study), *notes_on_curves(comparison.results, of_arms, comparison.names)]
    if layout.has_titles:
        write_title(figure, f"{name.capitalize()} per epoch", "  ·  ".join([comparison.study.study, band, *notes]))
    panels = []
    for axes, split in zip(places, splits):
        ends = _draw_panel(axes, comparison, of_arms, f"{split}_{name}", factor, set(named))
        write_outside(axes, SPLITS[split], (0, 1), (0, 5), color=INK, size=NORMAL)
        panels.append(axes)
    _scale(panels, is_loss=name == "loss")
    for axes in first_of_rows(panels):
        axes.set_ylabel("accuracy in %" if name == "accuracy" else "loss in nats")
    label_ends(panels[-1], [(names[label], y, color) for label, y, color in ends])
    return figure


def _said_of_band(numbers: Collection[int], repeats: Repeats) -> str:
    """Say over how many seeds, or folds, the curves are; of a study that adds them arms have different numbers."""
    counted = repeats.counted(max(numbers))
    if max(numbers) == 1:
        return counted
    fewest = "" if len(numbers) == 1 else f"{min(numbers)} to "
    return f"mean of {fewest}{counted}, band from the lowest to the highest"


def _part(comparison: Comparison) -> list[str]:
    return [] if comparison.part_shown is None else [comparison.part_shown]


def _names(comparison: Comparison, labels: Sequence[str], length: int, layout: Layout, *, share: float) -> list[str]:
    """Return names of arms of at most so many characters; in a narrow picture values alone, in a share of its width."""
    if layout.width is None:
        return [cut_middle(comparison.names[label], length) for label in labels]
    return names_within([comparison.cells[label] for label in labels], share * layout.width)


def _draw_panel(
    axes: Axes, comparison: Comparison, of_arms: Mapping[str, Curves], column: str, factor: float, named: set[str]
) -> list[tuple[str, float, str]]:
    """Draw one split; return label, last value and colour of the arms that are named."""
    ends = []
    for place, result in enumerate(comparison.results):
        curves = of_arms.get(result.label)
        if curves is None or column not in curves.bands:
            continue
        band, epochs = curves.bands[column], np.arange(1, curves.num_epochs + 1)
        color, dash = line_style(place) if result.label in named else (GREY, "-")
        order, width = (3, 1.5) if result.label in named else (2, 0.8)
        marker = "o" if curves.num_epochs == 1 else ""
        (line,) = axes.plot(epochs, factor * band.mean, color=color, linestyle=dash, marker=marker, linewidth=width)
        line.set(zorder=order, clip_on=False)
        if curves.num_seeds > 1:
            axes.fill_between(epochs, factor * band.low, factor * band.high, color=color, alpha=0.13, linewidth=0)
        finite = band.mean[np.isfinite(band.mean)]
        if result.label in named and len(finite):
            ends.append((result.label, factor * float(finite[-1]), color))
    axes.grid(axis="y")
    axes.set_xlabel("epoch")
    scale_epochs(axes, max(curves.num_epochs for curves in of_arms.values()))
    return ends


def _scale(panels: Sequence[Axes], *, is_loss: bool) -> None:
    """Give all panels one scale: training beside validation is what they are looked at for."""
    lines = [np.asarray(line.get_ydata(), dtype=np.float64) for axes in panels for line in axes.get_lines()]
    paths = [path for axes in panels for band in axes.collections for path in band.get_paths()]
    bands = [np.asarray(path.vertices, dtype=np.float64)[:, 1] for path in paths]
    values = np.concatenate([*lines, *bands])
    values = values[np.isfinite(values)]
    for axes in panels:
        if not len(values):
            axes.set_yticks([])
        elif is_loss and values.min() > 0 and values.max() / values.min() > LOG_RATIO:
            scale_log(axes, low=values.min() / 1.3, high=values.max() * 1.3)
        else:
            pad = max(0.05 * np.ptp(values), 1e-3)
            axes.set_ylim(
                max(0.0, values.min() - pad), values.max() + pad if is_loss else min(100.0, values.max() + pad)
            )


def final_accuracy(comparison: Comparison, layout: Layout = ON_SCREEN) -> Figure | None:
    """Draw the test accuracy of every arm: seeds, mean and 95 % interval, with its verdict."""
    shown = [result for result in comparison.shown.ranked if result.test is not None]
    if not shown:
        return None
    probe = new_figure(1, 1)
    right = 0.25 + text_width(probe, [result.verdict for result in shown], SMALL)
    names = _names(comparison, [result.label for result in shown], 32, layout, share=0.33)
    left = MARGIN + 0.12 + text_width(probe, names, NORMAL)
    width, top = layout.width or left + 3.6 + right, HEADER if layout.has_titles else MARGIN
    figure = new_figure(width, 0.45 + 0.27 * len(shown) + top)
    axes = add_axes(figure, left, 0.45, right=right, top=top)
    for row, result in enumerate(shown):
        _draw_arm(axes, row, result, line_style(comparison.shown.results.index(result))[0])
    axes.set_ylim(len(shown) - 0.5, -0.5)
    axes.set_yticks(range(len(shown)), names)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    low, high = axes.get_xlim()
    axes.set_xlim(max(0.0, low), min(100.0, high))
    axes.set_xlabel("test accuracy in %")
    images = "" if comparison.num_test is None else f"  ·  {comparison.num_test:,} test images"
    dots = f"{comparison.question.repeats.noun}s"
    order = comparison.part_shown or "best by validation first"
    lines = said_of_ends([result.test for result in shown if result.test is not None])
    drawn = f"dots: {dots}, lines through the means: {lines}  ·  {order}"
    if layout.has_titles:
        write_title(figure, "Test accuracy", f"{comparison.study.study}{images}  ·  {drawn}")
    return figure


def _draw_arm(axes: Axes, row: int, result: Result, color: str) -> None:
    test = result.test
    assert test is not None
    accuracies = [100 * accuracy for run in result.arm.finished if (accuracy := run.accuracy("test")) is not None]
    axes.plot(
        accuracies,
        [row] * len(accuracies),
        "o",
        color=color,
        alpha=0.35,
        markersize=4,
        markeredgewidth=0,
        clip_on=False,
    )
    if (ends := ends_of(test)) is not None:
        axes.plot([100 * end for end in ends], [row, row], color=color)
    axes.plot(100 * test.mean, row, "o", color=color, markersize=6, markeredgecolor="white", zorder=4, clip_on=False)
    axes.annotate(
        result.verdict, (1, row), (6, 0), xycoords=axes.get_yaxis_transform(), textcoords="offset points", va="center",
        size=SMALL, color=FAINT, annotation_clip=False,
    )  # fmt: skip


def heat_maps(comparison: Comparison, layout: Layout = ON_SCREEN) -> Figure | None:
    """Draw test accuracy over the plane of two swept settings, and training time where it differs."""
    grid = plane_of(comparison.results)
    if grid is None or not any(result.test for result in comparison.results):
        return None
    labels = names_within(grid.rows, 1.0)
    columns = names_within(grid.columns, 0.9)
    left = MARGIN + 0.3 + text_width(new_figure(1, 1), labels, NORMAL)
    wide, high = max(1.6, 0.62 * len(columns)), max(0.9, 0.42 * len(labels))
    shown = shades(grid)
    room = Room(len(shown), width=wide, left=left, gap=left, right=0.25, least=max(1.6, 0.4 * len(columns)))
    height = turned(columns, room.fitted(layout)[1] / len(columns))
    figure, panels = panels_in(layout, room, height=high, bottom=0.5 if height is None else height + 0.4)
    for axes, shade in zip(panels, shown):
        _draw_map(axes, grid, shade)
        axes.set_xlabel(grid.column_key)
        axes.set_ylabel(grid.row_key)
        axes.set_yticks(range(len(labels)), labels)
        axes.set_xticks(range(len(columns)), columns, rotation=0 if height is None else 90)
        write_outside(axes, shade.name, (0, 1), (0, 5), color=INK, size=NORMAL)
    if layout.has_titles:
        about = f"{comparison.study.study}  ·  means over the {comparison.question.repeats.noun}s"
        write_title(figure, f"{grid.row_key} and {grid.column_key}", about)
    return figure


def _draw_map(axes: Axes, grid: Plane, shade: Shade) -> None:
    """Draw one map with its numbers; a cell without a result stays empty."""
    found = {pair: shade.of(result) for pair, result in grid.cells.items()}
    values = np.array([[found.get((row, column)) for column in grid.columns] for row in grid.rows], dtype=np.float64)
    known = values[np.isfinite(values)]
    low, high = (known.min(), known.max()) if len(known) else (0.0, 1.0)
    span = (high - low) or 1.0
    axes.imshow(values, cmap=shade.colours, vmin=low - 0.15 * span, vmax=high + 0.1 * span, aspect="auto")
    texts = [format(value, shade.layout) for value in known]
    has_room = text_width(new_figure(1, 1), texts, NORMAL) < size_of(axes)[0] / len(grid.columns)
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value) and has_room:
            color = "white" if value > low + 0.6 * span else INK
            axes.text(column, row, format(value, shade.layout), ha="center", va="center", color=color, size=NORMAL)
    axes.tick_params(length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


FIGURES: dict[str, Callable[[Comparison, Layout], Figure | None]] = {
    "accuracy": accuracy,
    "loss": loss,
    "test_accuracy": final_accuracy,
    "heat_maps": heat_maps,
    "main_effects": main_effects,
    "interactions": interactions,
}
