"""Diagrams of what an inspection has measured: how reliable probabilities are, where images lie, what stands still."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cnnlab.base.texts import cut_middle
from cnnlab.outputs.run_files import RunFiles
from cnnlab.plots.style import (
    BLUE,
    CYCLE,
    FAINT,
    GRID,
    HEADER,
    INK,
    MARGIN,
    NORMAL,
    SKY,
    SMALL,
    VERMILLION,
    add_axes,
    new_figure,
    styled,
    text_width,
    write_header,
    write_outside,
)
from cnnlab.runs.inspecting.embedding import Embedding
from cnnlab.runs.inspecting.findings import Inspection, Placed, Reliabilities
from cnnlab.runs.inspecting.units import LayerUnits

_SIDE, _BELOW, _AXIS = 2.6, 0.45, 0.5  # inches: a diagram, the answers below it, and what stands left of it
_PLACE = 3.6  # inches: a side of an embedding
_NAMED = 20  # classes that are called by their names
_ROW = 0.22  # inches
_MOST_LAYERS = 30


@styled
def reliability(run: RunFiles, inspection: Inspection) -> Figure | None:
    """Draw accuracy over confidence, as the run says its probabilities and scaled by the temperature."""
    if isinstance(inspection.calibration, str):
        return None
    number = len(inspection.calibration)
    step = _SIDE + _AXIS + 0.25
    figure = new_figure(number * step + 2 * MARGIN + (0 if number > 1 else 1.2), HEADER + _SIDE + _BELOW + 0.73)
    for place, found in enumerate(inspection.calibration):
        name = found.name if place == 0 else f"{found.name}, T = {inspection.temperature:.2f}"
        _draw_reliability(figure, found, MARGIN + _AXIS + place * step, name)
    first = inspection.calibration[0].equal_width
    interval = f"{100 * first.low:.1f} to {100 * first.high:.1f}"
    headline = f"Calibration error {100 * first.ece:.1f} % (95 % interval {interval})"
    write_header(figure, run, headline, note="test images; bars: bins of equal width, dots: of as many answers each")
    return figure


def _draw_reliability(figure: Figure, found: Reliabilities, left: float, name: str) -> None:
    """Draw one diagram, and under it how many answers are how sure."""
    width, height = figure.get_size_inches()
    right, bottom = width - left - _SIDE, 0.45 + _BELOW + 0.08
    axes = add_axes(figure, left, bottom, right=right, top=height - bottom - _SIDE)
    bins, masses = found.equal_width.bins, found.equal_mass.bins
    _bars(axes, [one.low for one in bins], [one.high for one in bins], [one.accuracy for one in bins])
    axes.plot([0, 100], [0, 100], color=FAINT, linewidth=1, linestyle=(0, (4, 3)))
    dots = [100 * one.confidence for one in masses], [100 * one.accuracy for one in masses]
    axes.plot(*dots, "o", color=VERMILLION, markersize=3.5, clip_on=False)
    axes.set(xlim=(0, 100), ylim=(0, 100), ylabel="accuracy in %")
    axes.tick_params(labelbottom=False)
    axes.grid(color=GRID)
    write_outside(axes, name, (0, 1), (0, 5), color=INK, size=NORMAL)
    below = add_axes(figure, left, 0.45, right=right, top=height - 0.45 - _BELOW)
    total = sum(one.count for one in bins)
    _bars(below, [one.low for one in bins], [one.high for one in bins], [one.count / total for one in bins])
    below.set(xlim=(0, 100), ylim=(0, 100), yticks=[], xlabel="confidence in %", ylabel="answers")


def _bars(axes: Axes, low: Sequence[float], high: Sequence[float], share: Sequence[float]) -> None:
    starts = 100 * np.asarray(low)
    axes.bar(
        starts, 100 * np.asarray(share), 100 * np.asarray(high) - starts, align="edge", color=SKY, edgecolor="white"
    )


@styled
def embedding(run: RunFiles, inspection: Inspection) -> Figure | None:
    """Draw the test images where their features place them, a colour for each class, a ring round each mistake."""
    placed = inspection.placed
    if isinstance(placed, str):
        return None
    number = len(placed.embeddings)
    names = [cut_middle(name, 20) for name in run.classes[:_NAMED]]
    keys = 0.3 + text_width(new_figure(1, 1), names, SMALL)
    figure = new_figure(number * (_PLACE + 0.2) + keys + 2 * MARGIN, HEADER + _PLACE + 0.35)
    colors = _colors(len(run.classes))
    for place, found in enumerate(placed.embeddings):
        left = MARGIN + place * (_PLACE + 0.2)
        axes = add_axes(figure, left, MARGIN, right=figure.get_size_inches()[0] - left - _PLACE, top=HEADER + 0.2)
        _draw_places(axes, found, placed, colors)
    _list_classes(axes, names, colors, more=len(run.classes) - len(names))
    wrong = int((placed.targets != placed.predicted).sum())
    headline = f"{len(placed.targets):,} test images by their features"
    write_header(figure, run, headline, note=f"colour: true class; ring: one of the {wrong:,} mistakes")
    return figure


def _colors(number: int) -> list[object]:
    """Return a colour for each class: those that everyone tells apart, or of many classes as many hues."""
    return [*CYCLE[:number]] if number <= len(CYCLE) else [colormaps["turbo"](i / (number - 1)) for i in range(number)]


def _draw_places(axes: Axes, found: Embedding, placed: Placed, colors: Sequence[object]) -> None:
    x, y = found.points.T
    wrong = placed.targets != placed.predicted
    axes.scatter(x, y, s=9, c=[colors[target] for target in placed.targets], linewidths=0, alpha=0.85)
    axes.scatter(x[wrong], y[wrong], s=34, facecolors="none", edgecolors=INK, linewidths=0.9)
    axes.set(xticks=[], yticks=[])
    axes.margins(0.04)
    for spine in axes.spines.values():
        spine.set(visible=True, color=GRID)
    write_outside(axes, found.method, (0, 1), (0, 4), color=INK, size=NORMAL)


def _list_classes(axes: Axes, names: Sequence[str], colors: Sequence[object], *, more: int) -> None:
    for place, name in enumerate(names):
        shift = (8, -8 - 11 * place)
        write_outside(axes, "●", (1, 1), shift, color=colors[place], size=SMALL)  # type: ignore[arg-type]
        write_outside(axes, name, (1, 1), (shift[0] + 9, shift[1]), color=INK)
    if more:
        write_outside(axes, f"{more:,} more", (1, 1), (8, -8 - 11 * len(names)), color=FAINT)


@styled
def units(run: RunFiles, inspection: Inspection) -> Figure | None:
    """Draw the share of units, and of values, that stand still behind each activation."""
    layers = inspection.units.layers
    if not layers:
        return None
    places = np.unique(np.linspace(0, len(layers) - 1, min(len(layers), _MOST_LAYERS)).round().astype(int))
    shown = [layers[place] for place in places]
    names = [f"{cut_middle(layer.name, 30)}  {layer.activation}" for layer in shown]
    left = MARGIN + 0.1 + text_width(new_figure(1, 1), names, NORMAL)
    figure = new_figure(left + 4.3, HEADER + 0.75 + _ROW * len(shown))
    axes = add_axes(figure, left, 0.45, right=1.0, top=HEADER + 0.25)
    _draw_still(axes, shown)
    axes.set_yticks(range(len(shown)), names)
    stuck, number = sum(layer.stuck for layer in layers), sum(layer.units for layer in layers)
    some = f", {len(shown)} of {len(layers)} activations" if len(shown) < len(layers) else ""
    note = f"over {inspection.units.images:,} {inspection.units.split} images{some}"
    write_header(figure, run, f"Units that always stand still: {stuck:,} of {number:,}", note=note)
    return figure


def _draw_still(axes: Axes, layers: Sequence[LayerUnits]) -> None:
    heights = np.arange(len(layers))
    axes.barh(heights, [100 * layer.share for layer in layers], 0.62, color=SKY)
    axes.barh(heights, [100 * layer.stuck / layer.units for layer in layers], 0.3, color=BLUE)
    for height, layer in enumerate(layers):
        text = f"{layer.stuck:,} of {layer.units:,}"
        place = (1.0, 1 - (height + 0.5) / len(layers))
        write_outside(axes, text, place, (8, 0), color=INK if layer.stuck else FAINT, va="center")
    axes.set(xlim=(0, 100), ylim=(len(layers) - 0.5, -0.5), xlabel="%")
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    write_outside(axes, "■ units that always stand still", (0, 1), (0, 5), color=BLUE)
    write_outside(axes, "■ values that do", (0, 1), (132, 5), color=SKY)
