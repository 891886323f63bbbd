"""How fast arms learnt, as tables: cells of the page, columns of comparison.csv, a table for documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cnnlab.base.schema import Plain
from cnnlab.base.texts import first_names
from cnnlab.comparison.comparing import Comparison
from cnnlab.comparison.labels import MISSING
from cnnlab.comparison.reaching import Reach
from cnnlab.comparison.statistics import Estimate
from cnnlab.comparison.verdicts import Result
from cnnlab.outputs.reaching import column

NEVER = "never"
MOST_ARMS = 50
"""Rows of a table on the page, the best by validation; comparison.csv has all."""
FIGURES = (
    "reached", "never", "epochs", "steps", "images", "images_low", "images_high", "seconds", "seconds_low",
    "seconds_high",
)  # fmt: skip
"""Of every accuracy, in comparison.csv."""


@dataclass(frozen=True)
class FastTable:
    """How much of something it took: a row per arm, a column per accuracy."""

    caption: str
    header: Sequence[str]
    rows: Sequence[tuple[Result, Sequence[tuple[str, str, str]]]]
    """Of every accuracy the figure, how many runs reached it where not all or none did, and what else it is."""


@dataclass(frozen=True)
class FastSection:
    """What the page says of how fast arms learnt."""

    tables: Sequence[FastTable]
    notes: Sequence[str]


def fast_section(comparison: Comparison) -> FastSection | None:
    """Return what the page shows; None where no accuracy tells anything."""
    tables = _tables(comparison, comparison.ranked[:MOST_ARMS])
    left_out = len(comparison.results) - MOST_ARMS
    more = [f"The {MOST_ARMS} best arms by validation; comparison.csv has {left_out} more."] if left_out > 0 else []
    return FastSection(tables, [*more, *notes_on_reaching(comparison)]) if tables else None


def _tables(comparison: Comparison, results: Sequence[Result]) -> list[FastTable]:
    """Return a table of images, and one of seconds where all runs were timed alike."""
    found, noun = comparison.reaching, comparison.question.repeats.noun
    if not found.accuracies:
        return []
    header = [percent_sign(accuracy) for accuracy in found.accuracies]
    of_arms = [(result, found.of_arms[result.label]) for result in results if result.label in found.of_arms]
    tables = []
    for caption, main, more in _KINDS[:1] if found.untimed else _KINDS:
        rows = [(result, [(main(one), _some(one, noun), more(one)) for one in reaches]) for result, reaches in of_arms]
        tables.append(FastTable(caption, header, rows))
    return tables


def _some(reach: Reach, noun: str) -> str:
    """Say how many runs reached it, where not all or none did."""
    is_some = 0 < reach.num_reached < reach.num_runs
    return f"{reach.num_reached} of {reach.num_runs} {noun}s" if is_some else ""


def _epochs_and_steps(reach: Reach) -> str:
    if reach.epochs is None:
        return ""
    steps = [] if reach.steps is None else [_counted(reach.steps, "step", digits=0)]
    return ", ".join([_counted(reach.epochs.mean, "epoch", digits=1), *steps])


def _counted(number: float, noun: str, *, digits: int) -> str:
    text = f"{number:,.{digits}f}".removesuffix(".0")
    return f"{text} {noun}{'' if text == '1' else 's'}"


def _images(reach: Reach) -> str:
    return amount(reach.images, digits=0) if reach.num_reached else NEVER


def _seconds(reach: Reach) -> str:
    """Write seconds with three digits or more."""
    if not reach.num_reached:
        return NEVER
    mean = 0.0 if reach.seconds is None else reach.seconds.mean
    return amount(reach.seconds, digits=2 if mean < 10 else 1 if mean < 100 else 0)


def amount(found: Estimate | None, *, digits: int) -> str:
    """Write a mean and its interval: `5,170 ± 640`; where that would reach below 0, the range of the runs."""
    if found is None:
        return MISSING
    mean = f"{found.mean:,.{digits}f}"
    if found.half_width is None:
        return mean
    if _is_wide(found):
        return f"{mean} ({found.lowest:,.{digits}f} to {found.highest:,.{digits}f})"
    return f"{mean} ± {found.half_width:,.{digits}f}"


def _is_wide(found: Estimate) -> bool:
    return found.half_width is not None and found.half_width > found.mean


def percent_sign(accuracy: float) -> str:
    """Write an accuracy as short as it is: `90 %`, `81.43 %`."""
    return f"{100 * accuracy:g} %"


def notes_on_reaching(comparison: Comparison) -> list[str]:
    """Return what has to be said below the tables."""
    found, noun = comparison.reaching, comparison.question.repeats.noun
    reaches = [reach for of_arm in found.of_arms.values() for reach in of_arm]
    notes = ["Reached at the end of the first epoch whose validation accuracy is as high."]
    intervals = [reach.epochs for reach in reaches if reach.epochs is not None and reach.epochs.half_width is not None]
    if not all(map(_is_wide, intervals)):
        notes.append("±: 95 % interval of this arm alone; that only whole epochs are seen counts as spread.")
    if any(map(_is_wide, intervals)):
        notes.append("(a to b): lowest and highest run, where an interval says less.")
    if any(0 < reach.num_reached < reach.num_runs for reach in reaches):
        notes.append(
            f"Where only some {noun}s reached it, the mean is of those that did, which flatters the arm: no interval."
        )
    if any(reach.num_reached == 0 for reach in reaches):
        notes.append(f"{NEVER}: in none of its runs.")
    if found.untimed:
        names = first_names([comparison.names[label] for label in found.untimed], most=3)
        notes.append(f"No seconds: not all runs were timed alike ({names}). timing=alone trains one at a time.")
    return notes


def document_tables(comparison: Comparison) -> list[tuple[str, list[list[str]]]]:
    """Return caption and rows, the header first, of tables for Markdown and LaTeX; none where nothing is told."""
    told = []
    for table in _tables(comparison, comparison.ranked):
        rows = [
            [comparison.cells[result.label], *(f"{text} ({some})" if some else text for text, some, _ in cells)]
            for result, cells in table.rows
        ]
        told.append((table.caption, [[comparison.heading, *table.header], *rows]))
    return told


def csv_columns(comparison: Comparison) -> list[str]:
    """Return the columns of comparison.csv that tell how fast arms learnt."""
    return [_csv_column(figure, accuracy) for accuracy in comparison.reaching.accuracies for figure in FIGURES]


def csv_cells(comparison: Comparison, result: Result) -> Plain:
    """Return an arm's cells under these columns."""
    found = comparison.reaching
    cells: Plain = {}
    for accuracy, reach in zip(found.accuracies, found.of_arms.get(result.label, ())):
        values = (
            reach.num_reached, reach.num_runs - reach.num_reached, *_ends(reach.epochs)[:1], reach.steps,
            *_ends(reach.images), *_ends(reach.seconds),
        )  # fmt: skip
        cells |= dict(zip((_csv_column(figure, accuracy) for figure in FIGURES), values))
    return cells


def _csv_column(figure: str, accuracy: float) -> str:
    """Return `images_to_90`, `images_to_90_low`."""
    name, _, end = figure.partition("_")
    return column(name, accuracy) + (f"_{end}" if end else "")


def _ends(found: Estimate | None) -> tuple[float | None, ...]:
    return (None,) * 3 if found is None else (found.mean, found.low, found.high)


_KINDS: tuple[tuple[str, Callable[[Reach], str], Callable[[Reach], str]], ...] = (
    ("training images until validation accuracy was", _images, _epochs_and_steps),
    ("seconds of training until validation accuracy was", _seconds, lambda _: ""),
)
"""Caption, the figure itself, and what stands below it in small."""
