"""The table of runs: one line each, failed ones with their reason."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cnnlab.base.printing import one_line
from cnnlab.comparison.arms import read_run
from cnnlab.outputs.run_folder import SCHEMA, RunFolder

WIDTH = 80
COLUMNS = ("run", "status", "epoch", "val %", "test %", "seconds")


@dataclass(frozen=True)
class RunLine:
    """What the table says of a run; None where the run did not get that far."""

    folder: Path
    status: str
    settings: Mapping[str, str]
    best_epoch: int | None
    val_accuracy: float | None
    test_accuracy: float | None
    seconds: float | None
    error: str | None
    is_older: bool
    """Whether by an older version of cnnlab, whose results are others."""


def width() -> int:
    """Return the columns of the terminal."""
    return shutil.get_terminal_size((WIDTH, 24)).columns


def show(folders: Sequence[Path]) -> None:
    """Print the table of these runs, and the folder to open."""
    lines = sorted(map(read_line, folders), key=_rank)
    print("\n".join(table(lines, width=width())))
    if any(line.is_older for line in lines):
        print("* older version of cnnlab: not compared with newer runs, and not resumed")
    best = lines[0].folder
    print(f"open     {best / 'plots' if (best / 'plots').is_dir() else best}")


def _rank(line: RunLine) -> tuple[bool, float, str]:
    return line.val_accuracy is None, -(line.val_accuracy or 0.0), line.folder.name


def read_line(path: Path) -> RunLine:
    """Read what the table says of a run from its files."""
    run = read_run(RunFolder(path))
    return RunLine(
        folder=path,
        status=run.state,
        settings=run.settings,
        best_epoch=run.summary["best_epoch"] if run.is_finished else None,
        val_accuracy=run.accuracy("val"),
        test_accuracy=run.accuracy("test"),
        seconds=run.summary["seconds"]["train"] if run.summary else None,
        error=run.reason,
        is_older=run.schema < SCHEMA,
    )


def table(lines: Sequence[RunLine], *, width: int = WIDTH) -> list[str]:
    """Lay out the runs in as many columns as fit; an error stands under its run."""
    rows = [list(COLUMNS), *(_cells(line) for line in lines)]
    for key in _differing(lines):
        column = [key, *(one_line(line.settings.get(key, "")) for line in lines)]
        wider = [[row[0], cell, *row[1:]] for row, cell in zip(rows, column)]
        if sum(_widths(wider)) + 2 * len(wider[0]) - 2 <= width:
            rows = wider
    widths = _widths(rows)
    text = [_line(rows[0], widths)]
    for row, line in zip(rows[1:], lines):
        text.append(_line(row, widths))
        if line.error:
            text.append(f"  {textwrap.shorten(line.error.splitlines()[0], width - 2, placeholder=' …')}")
    return text


def _cells(line: RunLine) -> list[str]:
    return [
        one_line(line.folder.name),
        f"{line.status} *" if line.is_older else line.status,
        "" if line.best_epoch is None else str(line.best_epoch),
        "" if line.val_accuracy is None else f"{100 * line.val_accuracy:.2f}",
        "" if line.test_accuracy is None else f"{100 * line.test_accuracy:.2f}",
        "" if line.seconds is None else f"{line.seconds:.1f}",
    ]


def _differing(lines: Sequence[RunLine]) -> list[str]:
    """Return the settings in which the runs differ, save those that a run's id shows; names of parts first."""
    keys = dict.fromkeys(key for line in lines for key in line.settings)
    in_id = ("model", "normalization", "activation", "optimizer", "backbone", "transfer", "head", "seed")
    differing = [key for key in keys if key not in in_id and len({line.settings.get(key, "") for line in lines}) > 1]
    return sorted(differing, key=lambda key: "." in key)


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*rows)]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    numbers = len(COLUMNS) - 2  # the last columns; they stand to the right
    cells = [
        cell.rjust(width) if place >= len(row) - numbers else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(row, widths))
    ]
    return "  ".join(cells).rstrip()
