"""Tables whose cells are shaded by their numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cnnlab.comparison.costs import times_differ
from cnnlab.comparison.plane import Plane
from cnnlab.comparison.verdicts import Result


@dataclass(frozen=True)
class Cell:
    """One number and how dark it is."""

    text: str
    shade: float | None
    """0 for the lowest number of the map, 1 for the highest; None for a cell without one."""


@dataclass(frozen=True)
class HeatMap:
    """A table of numbers over two kinds of names."""

    title: str
    row_title: str
    column_title: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Cell]]]
    """Name of the row and its cells."""

    @classmethod
    def of(
        cls,
        title: str,
        rows: Sequence[str],
        columns: Sequence[str],
        values: Mapping[tuple[str, str], float | None],
        *,
        layout: str,
        titles: tuple[str, str] = ("", ""),
    ) -> HeatMap:
        """Build a map from values by (row, column); pairs that are missing stay empty.

        Args:
            title: what the numbers are.
            rows: names, from the top.
            columns: names, from the left.
            values: (row, column) -> number.
            layout: how a number is written, as for `format`.
            titles: what rows and columns are.
        """
        known = [value for value in values.values() if value is not None]
        low, high = min(known, default=0.0), max(known, default=1.0)

        def cell(value: float | None) -> Cell:
            return (
                Cell("", None) if value is None else Cell(format(value, layout), (value - low) / ((high - low) or 1.0))
            )

        table = [(row, [cell(values.get((row, column))) for column in columns]) for row in rows]
        return cls(title, *titles, columns, table)


def heat_maps(grid: Plane) -> list[HeatMap]:
    """Return test accuracy over the plane of two swept settings, and training time where it differs."""
    return [
        HeatMap.of(
            one.name, grid.rows, grid.columns, {pair: one.of(result) for pair, result in grid.cells.items()},
            layout=one.layout, titles=(grid.row_key, grid.column_key),
        )
        for one in shades(grid)
    ]  # fmt: skip


@dataclass(frozen=True)
class Shade:
    """A figure of an arm that a plane is shaded by."""

    name: str
    colours: str
    """As matplotlib calls them."""
    of: Callable[[Result], float | None]
    layout: str
    """How a number is written, as for `format`."""


def shades(grid: Plane) -> list[Shade]:
    """Return what a plane is shaded by: accuracy, and time where arms differ in it by more than their runs do."""
    found = [Shade("test accuracy in %", "Blues", lambda r: None if r.test is None else 100 * r.test.mean, ".1f")]
    results = list(grid.cells.values())
    if times_differ(results):
        longest = max(result.seconds for result in results if result.seconds is not None)
        digits = 2 if longest < 10 else 1 if longest < 100 else 0
        found.append(Shade("training time in s", "Oranges", lambda r: r.seconds, f",.{digits}f"))
    return found
