"""Tables whose cells are shaded by their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cnnlab.comparison.plane import Plane


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
    """Return test accuracy and training time over the plane of two swept settings."""
    tests = {pair: None if r.test is None else 100 * r.test.mean for pair, r in grid.cells.items()}
    seconds = {pair: r.seconds for pair, r in grid.cells.items()}
    titles = (grid.row_key, grid.column_key)
    return [
        HeatMap.of("test accuracy in %", grid.rows, grid.columns, tests, layout=".2f", titles=titles),
        HeatMap.of("training time in s", grid.rows, grid.columns, seconds, layout=".3g", titles=titles),
    ]
