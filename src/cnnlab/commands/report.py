"""`cnnlab report [RUN...]`: a table of runs, best validation accuracy first; failed ones stay visible."""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cnnlab.artifacts import RUNS, RunFolder
from cnnlab.commands.resume import find_run
from cnnlab.errors import RunError
from cnnlab.schema import PlainMapping
from cnnlab.summary_file import read_summary

WIDTH = 80
COLUMNS = ("run", "status", "epoch", "val %", "test %", "seconds")
NOT_SETTINGS = ("study", "reported", "rerun", "plan", "baseline", "plots")
"""Keys that say nothing about how a run was trained."""


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


def main(args: Sequence[str]) -> int:
    """Run the command; return its exit code: 0 also when there is no run yet, since nothing is wrong."""
    parser = argparse.ArgumentParser(
        prog="cnnlab report",
        description="Show runs in a table, the best validation accuracy first. Accuracies are of the selected weights.",
        epilog="example: cnnlab report",
    )
    parser.add_argument("runs", nargs="*", metavar="RUN", help="a run's folder, its id, or its beginning; none for all")
    options = parser.parse_args(args)
    folders = [find_run(text).path for text in options.runs] or [path.parent for path in RUNS.glob("*/status.json")]
    if not folders:
        print(f"no runs in {RUNS}. Train one: cnnlab train")
        return 0
    show(folders)
    return 0


def show(folders: Sequence[Path]) -> None:
    """Print the table of these runs, and the folder to open."""
    lines = sorted(map(read_line, folders), key=_rank)
    print("\n".join(table(lines, width=shutil.get_terminal_size((WIDTH, 24)).columns)))
    best = lines[0].folder
    print(f"open     {best / 'plots' if (best / 'plots').is_dir() else best}")


def _rank(line: RunLine) -> tuple[bool, float, str]:
    return line.val_accuracy is None, -(line.val_accuracy or 0.0), line.folder.name


def read_line(path: Path) -> RunLine:
    """Read what the table says of a run from its files."""
    folder = RunFolder(path)
    status = folder.read_json("status.json")
    is_finished = status.get("status") == "finished"
    summary: PlainMapping = {}
    try:
        if status.get("status") in ("finished", "diverged"):
            summary = read_summary(folder)
    except RunError as error:
        is_finished, status = False, status | {"status": "damaged", "error": str(error)}
    return RunLine(
        folder=path,
        status="died" if _has_died(status) else status.get("status", "not run"),
        settings=_settings(folder),
        best_epoch=summary["best_epoch"] if is_finished else None,
        val_accuracy=_accuracy(summary, "val") if is_finished else None,
        test_accuracy=_accuracy(summary, "test") if is_finished else None,
        seconds=summary["seconds"]["train"] if summary else None,
        error=status.get("error"),
    )


def _accuracy(summary: PlainMapping, split: str) -> float | None:
    figures = summary.get(split)
    return None if figures is None else figures.get("accuracy")


def _has_died(status: PlainMapping) -> bool:
    """Tell whether a run says that it is running, but its process on this machine is gone."""
    if status.get("status") != "running" or status.get("host") != socket.gethostname() or os.name == "nt":
        return False  # Windows: asking for a process by signal 0 would end it
    try:
        os.kill(int(status.get("pid") or 0), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False  # it is there, and someone else's
    return False


def _settings(folder: RunFolder) -> dict[str, str]:
    """Return the configuration as `group.key` -> text; a part's name stands under the group alone."""
    try:
        plain = folder.read_config()
    except RunError:
        return {}
    flat: dict[str, str] = {}
    for key, value in plain.items():
        if key in NOT_SETTINGS:
            continue
        for option, own in value.items() if isinstance(value, Mapping) else [("name", value)]:
            flat[key if option == "name" else f"{key}.{option}"] = _text(own)
    return flat


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def table(lines: Sequence[RunLine], *, width: int = WIDTH) -> list[str]:
    """Lay out the runs in as many columns as fit; an error stands under its run."""
    rows = [list(COLUMNS), *(_cells(line) for line in lines)]
    for key in _differing(lines):
        column = [key, *(line.settings.get(key, "") for line in lines)]
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
        line.folder.name,
        line.status,
        "" if line.best_epoch is None else str(line.best_epoch),
        "" if line.val_accuracy is None else f"{100 * line.val_accuracy:.2f}",
        "" if line.test_accuracy is None else f"{100 * line.test_accuracy:.2f}",
        "" if line.seconds is None else f"{line.seconds:.1f}",
    ]


def _differing(lines: Sequence[RunLine]) -> list[str]:
    """Return the settings in which the runs differ, save those that a run's id shows; names of parts first."""
    keys = dict.fromkeys(key for line in lines for key in line.settings)
    in_id = ("model", "normalization", "activation", "optimizer", "seed")
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
