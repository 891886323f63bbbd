"""Arms that are the points of a plane: two swept settings, for heat maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cnnlab.comparison.verdicts import Result
from cnnlab.outputs.settings import parts_of


@dataclass(frozen=True)
class Plane:
    """Two settings and the arm at each pair of their values, in the order typed."""

    row_key: str
    column_key: str
    rows: Sequence[str]
    columns: Sequence[str]
    cells: Mapping[tuple[str, str], Result]
    """(row, column) -> arm; pairs that were not swept are missing."""


def plane_of(results: Sequence[Result]) -> Plane | None:
    """Return the plane of a sweep over two settings; None for any other sweep, and where most pairs are missing."""
    settings = [_settings(result.arm.name) for result in results]
    keys = list(settings[0])
    if len(keys) != 2 or any(list(own) != keys for own in settings):
        return None
    row_key, column_key = keys
    cells = {(own[row_key], own[column_key]): result for own, result in zip(settings, results)}
    rows = list(dict.fromkeys(row for row, _ in cells))
    columns = list(dict.fromkeys(column for _, column in cells))
    is_full = len(results) == len(cells) >= len(rows) * len(columns) / 2
    if not is_full or len(rows) < 2 or len(columns) < 2:
        return None
    return Plane(row_key, column_key, rows, columns, cells)


def _settings(name: str) -> dict[str, str]:
    """`optimizer=adam epochs=3` -> both settings; nothing where a part is no setting."""
    parts = [part.partition("=") for part in parts_of(name)]
    return {key: value for key, _, value in parts} if all(sign for _, sign, _ in parts) else {}
