"""What was done with arms before they were compared, told beside the comparison: a table, a few sentences, columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cnnlab.base.schema import PlainMapping
from cnnlab.base.texts import laid_out

MOST = 20
"""Arms that a terminal shows; the page has all of them."""


@dataclass(frozen=True)
class Beforehand:
    """What is told of it."""

    title: str
    """Heading of its part of the page."""
    sentence: str
    """Stands below the headline: no verdict is to be read without it."""
    rows: Sequence[Sequence[str]]
    """The table under its first row: the arm, a text, then numbers; what may be left out stands to the right."""
    notes: Sequence[str]
    """What has to be said of single arms."""
    columns: Sequence[str] = ()
    """That comparison.csv has more."""
    cells: Mapping[str, PlainMapping] = field(default_factory=dict)
    """Name of an arm -> column -> cell."""
    chosen: Sequence[str] = ()
    """Settings that were chosen for each arm."""

    def lines(self, width: int) -> list[str]:
        """Lay the table out for a terminal: as many columns as fit, three at least, and of many rows the first."""
        columns = list(zip(*self.rows[: MOST + 1]))
        while len(columns) > 3 and len(_laid_out(columns)[0]) > width:
            columns.pop()
        num_more = len(self.rows) - 1 - MOST
        return [*_laid_out(columns), *([f"... and {num_more} more: report.html"] if num_more > 0 else [])]


def _laid_out(columns: Sequence[Sequence[str]]) -> list[str]:
    texts, numbers = ({column[0]: column[1:] for column in part} for part in (columns[:2], columns[2:]))
    return laid_out(texts, numbers)
