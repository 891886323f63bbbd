"""`cnnlab remove RUN...|KEY=VALUE|--failed|--older 7d`: delete runs, after a list and a question."""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.base.stopping import Stop
from cnnlab.base.texts import quantity, size
from cnnlab.cli.own_arguments import Parser
from cnnlab.comparison.run_filters import filtered
from cnnlab.comparison.run_table import RunLine, read_lines, table, width
from cnnlab.outputs.files import outputs_dir, runs_dir
from cnnlab.outputs.finding import find_run
from cnnlab.outputs.lock import disk_errors, is_held
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.study_folder import StudyFolder

FAILED = ("failed", "died", "damaged")
"""States without a result, in which nothing is lost that a command would go on with."""
UNITS = {"h": 3600, "d": 24 * 3600, "w": 7 * 24 * 3600}
"""Units of an age -> seconds."""


def main(args: Sequence[str], stop: Stop) -> int:
    """Run the command; return its exit code: 0 also when nothing was removed, on purpose or since nothing fits."""
    options = _parser().read(args)
    lines = _wanted(options)
    stop.look()
    if not lines:
        print("no run fits; nothing was removed")
        return 0
    folders = [RunFolder(line.folder) for line in lines]
    if busy := [folder.run_id for folder in folders if is_held(folder)]:
        raise RunError(f"{busy[0]}: is being trained. Nothing was removed.")
    print("\n".join(table(lines, now=time.time(), width=width())))
    for text in _of_studies(folders):
        print(text)
    told = f"{quantity(len(lines), 'run')}, {size(sum(map(_bytes, folders)))}"
    if not (options.yes or _is_sure(told)):
        print("nothing was removed")
        return 0
    for folder in folders:
        stop.look()
        with disk_errors(folder.path):
            folder.remove()
    print(f"removed  {told}")
    return 0


def _parser() -> Parser:
    parser = Parser(
        "remove",
        description="Delete runs with all their files, after a list and a question. Studies keep their reports.",
        epilog="examples: cnnlab remove 8ba5cd47c1 · cnnlab remove --failed --older 7d · cnnlab remove tags=scratch",
        example="latest",
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="RUN or KEY=VALUE",
        help="runs by id or its beginning, latest or best; or what the runs have to fit, as of cnnlab report",
    )
    parser.add_argument("--failed", action="store_true", help="those that failed, died or are damaged")
    parser.add_argument("--older", metavar="AGE", help="those that began longer ago: 12h, 7d, 4w")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    return parser


def _wanted(options: argparse.Namespace) -> list[RunLine]:
    """Return the runs to be removed.

    Raises:
        ConfigError: none are named, or by two ways at once.
    """
    filters = [word for word in options.names if "=" in word]
    names = [word for word in options.names if word not in filters]
    is_chosen = bool(filters) or options.failed or options.older is not None
    if names and is_chosen:
        raise ConfigError(f"remove: {names[0]} is named, and others are to be chosen. Leave one of the two out.")
    if names:
        return read_lines([find_run(name).path for name in dict.fromkeys(names)])
    if not is_chosen:
        raise ConfigError("remove: names no run. Name some, or choose: --failed, --older 7d, dataset=digits")
    lines = read_lines([path.parent for path in runs_dir().glob("*/status.json")])
    lines = filtered(lines, filters) if lines else []
    if options.failed:
        lines = [line for line in lines if line.status in FAILED]
    if options.older is not None:
        since = time.time() - _seconds(options.older)
        lines = [line for line in lines if line.began is not None and line.began < since]
    return lines


def _seconds(text: str) -> float:
    """Return the seconds of an age.

    Raises:
        ConfigError: it is none.
    """
    found = re.fullmatch(r"(\d{1,6})([hdw])", text)
    if found is None:
        raise ConfigError(f"--older: must be a number of hours, days or weeks, such as 12h, 7d or 4w, got {text}.")
    return float(found[1]) * UNITS[found[2]]


def _is_sure(told: str) -> bool:
    """Ask.

    Raises:
        ConfigError: there is no terminal to answer at.
    """
    if not sys.stdin.isatty():
        raise ConfigError("remove: asks before it removes, and there is no terminal to answer at. Add --yes.")
    return input(f"remove {told}? [y/N] ").strip().lower() in ("y", "yes")


def _of_studies(folders: Sequence[RunFolder]) -> list[str]:
    """Return which studies have these runs: their reports stay, but no run comes back."""
    ids = {folder.run_id for folder in folders}
    told = []
    for path in sorted(outputs_dir().glob("*/runs.csv")):
        try:
            number = len({row.run_id for row in StudyFolder(path.parent).read_grid()} & ids)
        except RunError:
            continue
        if number:
            told.append(f"note     {number} of study {path.parent.name}, whose report stays as it is")
    return told


def _bytes(folder: RunFolder) -> int:
    return sum(path.stat().st_size for path in Path(folder.path).rglob("*") if path.is_file())
