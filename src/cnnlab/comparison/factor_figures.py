"""Factors as pictures: the mean of every value, and the lines of two factors that cross where they interact."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cnnlab.comparison.arm_rows import axis_of_means
from cnnlab.comparison.comparing import Comparison
from cnnlab.comparison.factor_charts import lines_of
from cnnlab.comparison.factors import Factor, Interaction
from cnnlab.comparison.labels import ends_of, said_of_ends
from cnnlab.comparison.layout import ON_SCREEN, Layout
from cnnlab.comparison.panels import Room, first_of_rows, names_within, panels_in, turned
from cnnlab.comparison.statistics import Estimate
from cnnlab.comparison.verdicts import RULED_OUT
from cnnlab.plots.style import (
    BLUE,
    FAINT,
    INK,
    NORMAL,
    label_ends,
    line_style,
    new_figure,
    text_width,
    write_outside,
    write_title,
)

LABEL = 0.9
"""Inches of a value beside a line or below a point."""


def main_effects(comparison: Comparison, layout: Layout = ON_SCREEN) -> Figure | None:
    """Draw a panel per factor: the mean of each value over the other factors, with its interval over seeds."""
    effects = comparison.effects
    if effects is None or not effects.factors:
        return None
    labels = [_cut([one.value for one in factor.levels]) for factor in effects.factors]
    room = _room(labels, gap=0.25, right=0.12, least=1.1)
    height = _turned(labels, room, layout)
    figure, panels = panels_in(layout, room, height=1.75, bottom=0.3 if height is None else height + 0.2)
    tests = [one.test for factor in effects.factors for one in factor.levels]
    low, high = axis_of_means(tests)
    for axes, factor, own in zip(panels, effects.factors, labels):
        _draw_factor(axes, factor, own, is_turned=height is not None)
        _scale(axes, low, high)
        axes.tick_params(axis="y", labelleft=axes in first_of_rows(panels))
    _write(figure, panels, comparison, layout, ("Main effects", "means over the other factors, grey: ruled out"), tests)
    return figure


def _draw_factor(axes: Axes, factor: Factor, labels: Sequence[str], *, is_turned: bool) -> None:
    axes.plot(range(len(labels)), [100 * one.test.mean for one in factor.levels], color=FAINT, linewidth=0.8)
    for place, level in enumerate(factor.levels):
        _draw_mean(axes, place, level.test, FAINT if level.verdict == RULED_OUT else BLUE)
    _label_columns(axes, labels, is_turned=is_turned)
    write_outside(axes, factor.name, (0, 1), (0, 5), color=INK, size=NORMAL)


def interactions(comparison: Comparison, layout: Layout = ON_SCREEN) -> Figure | None:
    """Draw a panel for every two factors: a line per value of one over the values of the other."""
    effects = comparison.effects
    if effects is None or not effects.interactions:
        return None
    lines = [name for one in effects.interactions for name in _cut(list(lines_of(one)[2]))]
    beside = 0.15 + text_width(new_figure(1, 1), lines, NORMAL)
    columns = [_columns(one) for one in effects.interactions]
    room = _room(columns, gap=beside + 0.4, right=beside, least=1.3)
    height = _turned(columns, room, layout)
    figure, panels = panels_in(layout, room, height=1.75, bottom=0.5 if height is None else height + 0.35)
    for axes, one, own in zip(panels, effects.interactions, columns):
        _draw_interaction(axes, one, own, is_turned=height is not None)
    tests = [cell.test for one in effects.interactions for cell in one.cells]
    _write(figure, panels, comparison, layout, ("Interactions", "parallel lines: none"), tests)
    return figure


def _room(labels: Sequence[Sequence[str]], *, gap: float, right: float, least: float) -> Room:
    """Return room for a panel for every list of labels along x; as they want, they fit as they are."""
    step = 0.12 + text_width(new_figure(1, 1), [label for own in labels for label in own], NORMAL)
    most = max(map(len, labels))
    width = min(4.0, max(1.5, step * most))
    return Room(len(labels), width=width, gap=gap, right=right, least=max(least, 0.18 * most))


def _turned(labels: Sequence[Sequence[str]], room: Room, layout: Layout) -> float | None:
    """Return the height of labels along x where some have to be turned upright."""
    width = room.fitted(layout)[1]
    return max((tall for own in labels if (tall := turned(own, width / len(own))) is not None), default=None)


def _cut(values: Sequence[str]) -> list[str]:
    return names_within(values, LABEL)


def _columns(interaction: Interaction) -> list[str]:
    x_name, _, lines = lines_of(interaction)
    cells = next(iter(lines.values()))
    return _cut([one.row if x_name == interaction.row_name else one.column for one in cells])


def _draw_interaction(axes: Axes, interaction: Interaction, columns: Sequence[str], *, is_turned: bool) -> None:
    x_name, line_name, lines = lines_of(interaction)
    low, high = axis_of_means([cell.test for cell in interaction.cells])
    ends = []
    for place, (cells, name) in enumerate(zip(lines.values(), _cut(list(lines)))):
        color, dashes = line_style(place)
        shift = 0.4 * ((place + 0.5) / len(lines) - 0.5)  # whiskers of several lines stand side by side
        xs = [column + shift for column in range(len(cells))]
        axes.plot(xs, [100 * cell.test.mean for cell in cells], color=color, linestyle=dashes, linewidth=1.2)
        for x, cell in zip(xs, cells):
            _draw_mean(axes, x, cell.test, color)
        ends.append((name, 100 * cells[-1].test.mean, color))
    _label_columns(axes, columns, is_turned=is_turned)
    _scale(axes, low, high)
    axes.set_xlabel(x_name)
    write_outside(axes, f"{line_name} over {x_name}", (0, 1), (0, 5), color=INK, size=NORMAL)
    label_ends(axes, ends)


def _draw_mean(axes: Axes, x: float, test: Estimate, color: str) -> None:
    if (ends := ends_of(test)) is not None:
        axes.plot([x, x], [100 * end for end in ends], color=color, linewidth=1, alpha=0.6)
    axes.plot(x, 100 * test.mean, "o", color=color, markersize=4, markeredgewidth=0, zorder=4, clip_on=False)


def _label_columns(axes: Axes, labels: Sequence[str], *, is_turned: bool) -> None:
    axes.set_xticks(range(len(labels)), labels, rotation=90 if is_turned else 0)
    axes.set_xlim(-0.5, len(labels) - 0.5)
    axes.grid(axis="y")


def _scale(axes: Axes, low: float, high: float) -> None:
    pad = 0.05 * (high - low)
    axes.set_ylim(100 * (low - pad), 100 * (high + pad))


def _write(
    figure: Figure,
    panels: Sequence[Axes],
    comparison: Comparison,
    layout: Layout,
    title: tuple[str, str],
    tests: Sequence[Estimate],
) -> None:
    """Name the axis, and above all what the picture shows, of which study, and what its lines are."""
    for axes in first_of_rows(panels):
        axes.set_ylabel("test accuracy in %")
    if layout.has_titles:
        assert comparison.effects is not None
        headline, note = title
        over = f"lines: {said_of_ends(tests)} over {comparison.question.repeats.counted(comparison.effects.seeds)}"
        write_title(figure, headline, f"{comparison.study.study}  ·  {note}  ·  {over}")
