"""The rows of the page's table of arms: everything written out, and the whiskers of its one axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnnlab.comparison.comparing import Comparison
from cnnlab.comparison.labels import MISSING, cut_names, ends_of, p_cell, percent, plus_minus
from cnnlab.comparison.statistics import Estimate
from cnnlab.comparison.verdicts import Result
from cnnlab.outputs.settings import parts_of

NUM_COLORS = 7
"""As many colours as plots/style.py has."""
CELL = 40
"""Characters of an arm's name in a table; the middle of a longer one is cut out."""


LEAST = 0.01
"""Accuracy: no axis is shorter."""


@dataclass(frozen=True)
class ArmRow:
    """A row of the table of arms; numbers are written out, and stand beside for sorting."""

    place: int
    """In the order typed: identifies the arm, and chooses its colour."""
    result: Result
    name: str
    full_cell: str
    cell: str
    """The same, cut where it is long."""
    is_best: bool
    is_baseline: bool
    val: str
    test: str
    difference: str
    p: str
    seconds: str
    parameters: str
    settings: Sequence[str]
    """Values of the settings in which the arms differ and that their names do not say."""
    whisker: tuple[float, float, float] | None
    """Low end, mean and high end of the test accuracy's interval on the common axis, in percent of its width."""

    @property
    def color(self) -> int:
        """Number of the colour."""
        return self.place % NUM_COLORS


def arm_rows(comparison: Comparison) -> list[ArmRow]:
    """Return the rows of the table, best by validation first."""
    low, high = axis_of(comparison.results)
    places = {result.label: place for place, result in enumerate(comparison.results)}
    unnamed = unnamed_settings(comparison)
    cells = cut(list(comparison.cells.values()), CELL)
    return [
        ArmRow(
            place=places[result.label],
            result=result,
            name=comparison.name(result),
            full_cell=comparison.cells[result.label],
            cell=cells[comparison.cells[result.label]],
            is_best=result is comparison.chosen,
            is_baseline=result is comparison.baseline,
            val=percent(None if result.val is None else result.val.mean),
            test=plus_minus(result.test),
            difference=plus_minus(result.difference, signed=True),
            p=p_cell(result.p_holm),
            seconds=MISSING if result.seconds is None else f"{result.seconds:,.1f}",
            parameters=MISSING if result.figure("parameters") is None else f"{result.figure('parameters'):,.0f}",
            settings=[result.arm.settings.get(key, "") for key in unnamed],
            whisker=whisker(result.test, low, high),
        )
        for result in comparison.ranked
    ]


def unnamed_settings(comparison: Comparison) -> list[str]:
    """Return the settings that differ and that the arms' names do not say."""
    named = {part.partition("=")[0] for result in comparison.results for part in parts_of(result.arm.name)}
    return [key for key in comparison.differing if key not in named]


def axis_of(results: Sequence[Result]) -> tuple[float, float]:
    """Return the ends of the axis of test accuracies: all that is drawn of them lies between."""
    return axis_of_means([result.test for result in results if result.test is not None])


def axis_of_means(estimates: Sequence[Estimate]) -> tuple[float, float]:
    """Return the ends of an axis on which every mean and every line through it lies."""
    if not estimates:
        return 0.0, 1.0
    ends = [end for one in estimates for end in (one.mean, *(ends_of(one) or ()))]
    low, high = min(ends), max(ends)
    pad = max(0.0, (LEAST - (high - low)) / 2)  # equal means: differences below a point fill no page
    return max(0.0, low - pad), min(1.0, high + pad)


def whisker(test: Estimate | None, low: float, high: float) -> tuple[float, float, float] | None:
    """Return low end, mean and high end on an axis between these ends, in percent of its width."""
    if test is None:
        return None
    first, last = ends_of(test) or (test.mean, test.mean)
    start, middle, end = (100 * (x - low) / ((high - low) or 1.0) for x in (first, test.mean, last))
    return start, middle, end


def cut(names: Sequence[str], length: int) -> dict[str, str]:
    """Return name -> what is shown of it."""
    return dict(zip(names, cut_names(names, length)))
