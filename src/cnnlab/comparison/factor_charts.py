"""Factors on the page: a table with whiskers for each, and of every two the lines that cross where they interact."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cnnlab.base.texts import is_number
from cnnlab.comparison.arm_rows import NUM_COLORS, axis_of_means, whisker
from cnnlab.comparison.factor_tables import HEADER, factor_rows, interaction_sentence
from cnnlab.comparison.factors import Cell, Effects, Interaction
from cnnlab.comparison.labels import capitalised, cut_names, ends_of, said_of_ends

WIDTH, HEIGHT = 440, 250
"""Of a chart, in units of its own that the page scales."""
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 8, 30
"""Margins around what is drawn."""
CHARACTER = 8
"""Width of a character beside an axis."""
NUM_DASHES = 4


@dataclass(frozen=True)
class FactorTable:
    """One factor: its values, the highest mean first."""

    name: str
    over: str
    rows: Sequence[tuple[Sequence[str], tuple[float, float, float] | None]]
    """Cells under `HEADER` without the factor; ends and middle of the whisker in percent of the axis."""


@dataclass(frozen=True)
class Line:
    """The means of one value of a factor over the values of another."""

    name: str
    color: int
    dash: int
    points: Sequence[tuple[float, float]]
    whiskers: Sequence[tuple[float, float, float]]
    """x, and the ends of the line through the mean."""

    @property
    def path(self) -> str:
        """As an SVG polyline wants it."""
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in self.points)


@dataclass(frozen=True)
class Chart:
    """Lines of one factor over the values of another."""

    title: str
    x_name: str
    line_name: str
    x_labels: Sequence[tuple[float, str]]
    y_labels: Sequence[tuple[float, str]]
    lines: Sequence[Line]
    note: str
    of_lines: str
    """What the lines through the means are."""


@dataclass(frozen=True)
class FactorSection:
    """All that the page shows of the factors."""

    header: Sequence[str]
    axis: tuple[float, float]
    """Ends of the tables' common axis, in [0, 1]."""
    tables: Sequence[FactorTable]
    charts: Sequence[Chart]


def factor_section(effects: Effects) -> FactorSection:
    """Lay out tables and charts."""
    axis = axis_of_means([level.test for factor in effects.factors for level in factor.levels])
    cells = iter(factor_rows(effects))
    tables = [
        FactorTable(factor.name, factor.over, [(next(cells)[1:], whisker(one.test, *axis)) for one in factor.ranked])
        for factor in effects.factors
    ]
    return FactorSection(HEADER[1:], axis, tables, [_chart(one) for one in effects.interactions])


def lines_of(interaction: Interaction) -> tuple[str, str, dict[str, list[Cell]]]:
    """Return the factor along x, the one whose values are lines, and value of a line -> its cells along x.

    Numbers stand along x, else the factor with more values.
    """
    rows = list(dict.fromkeys(cell.row for cell in interaction.cells))
    columns = list(dict.fromkeys(cell.column for cell in interaction.cells))
    are_numbers = [all(map(is_number, values)) for values in (rows, columns)]
    is_turned = are_numbers[0] > are_numbers[1] or (are_numbers[0] == are_numbers[1] and len(rows) > len(columns))
    names = (interaction.row_name, interaction.column_name)
    lines: dict[str, list[Cell]] = {}
    for cell in interaction.cells:
        lines.setdefault(cell.column if is_turned else cell.row, []).append(cell)
    return (*(names if is_turned else names[::-1]), lines)


def _chart(interaction: Interaction) -> Chart:
    x_name, line_name, cells = lines_of(interaction)
    low, high = axis_of_means([cell.test for cell in interaction.cells])
    low, high = low - 0.05 * (high - low), high + 0.05 * (high - low)
    along = [cell.row if x_name == interaction.row_name else cell.column for cell in next(iter(cells.values()))]
    step = (WIDTH - LEFT - RIGHT) / len(along)

    def y(accuracy: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - (accuracy - low) / (high - low))

    lines = []
    for place, (name, own) in enumerate(cells.items()):
        shift = step * 0.5 * ((place + 0.5) / len(cells) - 0.5)  # whiskers of several lines stand side by side
        xs = [LEFT + (column + 0.5) * step + shift for column in range(len(along))]
        lines.append(
            Line(
                name,
                place % NUM_COLORS,
                place // NUM_COLORS % NUM_DASHES,
                [(x, y(cell.test.mean)) for x, cell in zip(xs, own)],
                [(x, y(ends[0]), y(ends[1])) for x, cell in zip(xs, own) if (ends := ends_of(cell.test)) is not None],
            )
        )
    labels = cut_names(along, max(3, int(step / CHARACTER)))
    return Chart(
        title=f"{interaction.row_name} and {interaction.column_name}",
        x_name=x_name,
        line_name=line_name,
        x_labels=[(LEFT + (column + 0.5) * step, label) for column, label in enumerate(labels)],
        y_labels=[(y(tick), f"{100 * tick:g}") for tick in ticks(low, high)],
        lines=lines,
        note=capitalised(interaction_sentence(interaction)),
        of_lines=said_of_ends([cell.test for cell in interaction.cells]),
    )


def ticks(low: float, high: float) -> list[float]:
    """Return round accuracies between the ends, three to seven of them."""
    steps = [factor * 10.0**power for power in range(-5, 0) for factor in (1, 2, 5)]
    step = next(step for step in steps if (high - low) / step < 6)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(number * step, 9) for number in range(first, last + 1)]
