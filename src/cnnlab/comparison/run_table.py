"""The table of runs: one line each, the newest first, failed ones with their reason."""

from __future__ import annotations

import re
import shutil
import textwrap
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cnnlab.base.errors import RunError
from cnnlab.base.printing import one_line
from cnnlab.base.texts import cut_middle, laid_out
from cnnlab.comparison.arms import read_run
from cnnlab.outputs.run_folder import SCHEMA, RunFolder
from cnnlab.outputs.status import began

WIDTH = 80
MOST = 20
"""Runs of a table, unless all are asked for: the newest stand first, and stay to be seen."""
_NAME = 24  # characters of a run's or data set's name, and of a setting
_FIRST = 6  # settings that are put in the order of what they tell; more are no columns of a terminal
_LEFT_OUT = ("dataset", "dataset.root", "dataset.options", "epochs")  # in columns of their own


@dataclass(frozen=True)
class RunLine:
    """What the table says of a run; None where the run did not get that far."""

    folder: Path
    status: str
    settings: Mapping[str, str]
    began: float | None
    """When, in s as of `time.time`."""
    val_accuracy: float | None
    test_accuracy: float | None
    seconds: float | None
    error: str | None
    is_older: bool
    """Whether by an older version of cnnlab, whose results are others."""
    tags: tuple[str, ...] = ()
    note: str | None = None
    """What the user wants to be remembered of it."""

    @property
    def name(self) -> str:
        """What tells it from all others: the end of its id, or its name where that is none."""
        found = re.search(r"-s\d+-([0-9a-f]{10})$", self.folder.name)
        return found[1] if found else self.folder.name

    @property
    def data(self) -> str:
        """The data set; of image files the folder."""
        root = self.settings.get("dataset.root")
        return self.settings.get("dataset", "") if root is None else Path(root).name

    @property
    def epochs(self) -> str:
        """Epochs that were asked for; nothing of a run that does not learn in steps."""
        return self.settings.get("epochs", "") if "optimizer" in self.settings else ""


def width() -> int:
    """Return the columns of the terminal."""
    return shutil.get_terminal_size((WIDTH, 24)).columns


def read_lines(folders: Sequence[Path]) -> list[RunLine]:
    """Return what is known of runs, the newest first."""
    return sorted(map(read_line, folders), key=lambda line: (-(line.began or 0.0), line.folder.name))


def show(lines: Sequence[RunLine], *, most: int | None = None) -> None:
    """Print the table of runs, the folder of the first to open, and how many more there are.

    Args:
        lines: as of `read_lines`; one at least.
        most: lines of the table; None: all.
    """
    shown = lines[:most]
    print("\n".join(table(shown, width=width(), now=time.time())))
    if len(shown) < len(lines):
        print(f"and {len(lines) - len(shown):,} older: cnnlab report --all, or choose: cnnlab report dataset=digits")
    if any(line.is_older for line in shown):
        print("* older version of cnnlab: not compared with newer runs, and not resumed")
    first = shown[0].folder
    print(f"open     {first / 'plots' if (first / 'plots').is_dir() else first}")


def read_line(path: Path) -> RunLine:
    """Read what the table says of a run from its files."""
    run, folder = read_run(RunFolder(path)), RunFolder(path)
    tags, note = _remembered(folder)
    return RunLine(
        folder=path,
        status=run.state,
        settings=run.settings,
        began=began(folder),
        val_accuracy=run.accuracy("val"),
        test_accuracy=run.accuracy("test"),
        seconds=run.summary["seconds"]["train"] if run.summary else None,
        error=run.reason,
        is_older=run.schema < SCHEMA,
        tags=tags,
        note=note,
    )


def _remembered(folder: RunFolder) -> tuple[tuple[str, ...], str | None]:
    """Return tags and note of a run; none where its configuration is damaged."""
    try:
        plain = folder.read_config()
    except RunError:
        return (), None
    tags, note = plain.get("tags"), plain.get("note")
    return tuple(map(str, tags)) if isinstance(tags, list) else (), note if isinstance(note, str) else None


def table(lines: Sequence[RunLine], *, now: float, width: int = WIDTH) -> list[str]:
    """Lay out the runs; settings in which they differ are columns where they fit, an error and a note under a run.

    Args:
        lines: in order.
        now: in s as of `time.time`: of another year the year is told.
        width: columns of the terminal.
    """
    texts, numbers = _texts(lines, now=now), _numbers(lines)
    states = [f"{line.status} *" if line.is_older else line.status for line in lines]
    wanted = {key: [one_line(line.settings.get(key, "")) for line in lines] for key in differing_settings(lines)}
    if any(state != "finished" for state in states):
        texts["status"] = states
    if any(line.tags for line in lines):
        texts["tags"] = [cut_middle(one_line(",".join(line.tags)), _NAME) for line in lines]
    for key, cells in wanted.items():
        cut = [cut_middle(cell, _NAME) for cell in cells]
        if _width_of({**texts, key: cut, **numbers}) <= width:
            texts[key] = cut
    seconds = ["" if line.seconds is None else f"{line.seconds:.1f}" for line in lines]
    if _width_of({**texts, **numbers, "seconds": seconds}) <= width:
        numbers["seconds"] = seconds
    head, *rows = laid_out(texts, numbers, to_the_right=("epochs",))
    found = [head]
    for row, line in zip(rows, lines):
        found.append(row)
        told = [*([line.error.splitlines()[0]] if line.error else []), *([line.note] if line.note else [])]
        found += [f"  {textwrap.shorten(one_line(text), width - 2, placeholder=' …')}" for text in told]
    return found


def _texts(lines: Sequence[RunLine], *, now: float) -> dict[str, list[str]]:
    return {
        "run": [cut_middle(one_line(line.name), _NAME) for line in lines],
        "when": [_when(line.began, now) for line in lines],
        "data": [cut_middle(one_line(line.data), _NAME) for line in lines],
        **({"epochs": epochs} if any(epochs := [line.epochs for line in lines]) else {}),
    }


def _numbers(lines: Sequence[RunLine]) -> dict[str, list[str]]:
    return {
        "val %": ["" if line.val_accuracy is None else f"{100 * line.val_accuracy:.2f}" for line in lines],
        "test %": ["" if line.test_accuracy is None else f"{100 * line.test_accuracy:.2f}" for line in lines],
    }


def _when(seconds: float | None, now: float) -> str:
    """Return a time as `ls -l` does: Nov 26 23:37, of another year 2025-11-26."""
    if seconds is None:
        return ""
    then = time.localtime(seconds)
    is_this_year = then.tm_year == time.localtime(now).tm_year
    return time.strftime("%b %d %H:%M" if is_this_year else "%Y-%m-%d", then)


def differing_settings(lines: Sequence[RunLine]) -> list[str]:
    """Return the settings in which the runs differ; names of parts first, then their keys, the most telling of each.

    A key that differs only because the part does, such as the learning rate of two optimizers, says nothing more.
    """
    keys = dict.fromkeys(key for line in lines for key in line.settings if key not in _LEFT_OUT)
    varying = sorted((key for key in keys if _varies(key, lines)), key=lambda key: "." in key)
    return _most_telling_first(varying, lines)


def _most_telling_first(keys: Sequence[str], lines: Sequence[RunLine]) -> list[str]:
    """Put those keys in front that tell runs apart which the columns before them do not; a part before any option."""
    values = {key: [line.settings.get(key, "") for line in lines] for key in keys}
    groups: list[object] = [(line.data, line.epochs) for line in lines]
    first: list[str] = []
    for kind in (False, True):
        while len(first) < _FIRST:
            number = {key: len(set(zip(groups, values[key]))) for key in keys if ("." in key) is kind}
            best = max(number, key=lambda key: number[key], default=None)
            if best is None or number[best] == len(set(groups)):
                break
            places = {pair: place for place, pair in enumerate(dict.fromkeys(zip(groups, values[best])))}
            groups = [places[pair] for pair in zip(groups, values[best])]
            first.append(best)
    return [*first, *(key for key in keys if key not in first)]


def _varies(key: str, lines: Sequence[RunLine]) -> bool:
    """Tell whether runs that have the same part differ in one of its keys; of a part, whether they differ in it."""
    part = key.split(".")[0] if "." in key else ""
    values: dict[str, set[str]] = {}
    for line in lines:
        values.setdefault(line.settings.get(part, ""), set()).add(line.settings.get(key, ""))
    return any(len(found) > 1 for found in values.values())


def _width_of(columns: Mapping[str, Sequence[str]]) -> int:
    return sum(_widths(columns)) + 2 * (len(columns) - 1)


def _widths(columns: Mapping[str, Sequence[str]]) -> list[int]:
    return [max(map(len, (key, *cells))) for key, cells in columns.items()]
