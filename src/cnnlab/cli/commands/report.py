"""`cnnlab report [STUDY or RUN...]`: arms compared, or a table of runs; failed ones stay visible."""

from __future__ import annotations

import argparse
import math
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.base.paths import given_path
from cnnlab.base.stopping import Stop
from cnnlab.comparison import Comparison, compare_runs, compare_study, latex_lines, markdown_lines, save, terminal_lines
from cnnlab.comparison.layout import NARROWEST, ON_SCREEN, WIDEST, Layout
from cnnlab.comparison.run_table import show, width
from cnnlab.outputs.files import OUTPUTS, RUNS
from cnnlab.outputs.finding import find_run
from cnnlab.outputs.lock import printed_all_the_same
from cnnlab.outputs.study_folder import StudyFolder
from cnnlab.runs.pictures import pictures_of


def main(args: Sequence[str], stop: Stop) -> int:
    """Run the command; return its exit code: 0 also when there is no run yet, since nothing is wrong."""
    parser = argparse.ArgumentParser(
        prog="cnnlab report",
        description="Compare the arms of a study, or of runs grouped by every setting but the seed: a table with a "
        "verdict here, comparison.csv, report.html and pictures beside the study. Without a name: a table of all runs, "
        "the best validation accuracy first.",
        epilog="example: cnnlab report optimizers --baseline sgd",
    )
    parser.add_argument(
        "names", nargs="*", metavar="STUDY or RUN", help="a study's name, or runs by id or its beginning"
    )
    parser.add_argument("--format", choices=tuple(FORMATS), default="text", help="how the table is printed")
    parser.add_argument("--baseline", metavar="ARM", help="the arm to compare the others with; else: which is best?")
    parser.add_argument(
        "--figures-width", metavar="INCHES", help="width of the pictures in plots/, for a paper: 3.3 is a column"
    )
    parser.add_argument("--no-titles", action="store_true", help="pictures without titles: the paper has captions")
    options = parser.parse_args(args)
    layout = Layout(_width_of(options.figures_width), not options.no_titles)
    study = _one_study(options.names)
    stop.look()
    if study is not None:
        _print(compare_study(study, baseline=options.baseline), options.format, layout)
    elif len(options.names) > 1:
        runs = [find_run(name) for name in options.names]
        _print(compare_runs(runs, baseline=options.baseline), options.format, layout)
    elif options.baseline is not None or options.format != "text":
        raise ConfigError("report: --baseline and --format need what is to be compared: a study, or several runs.")
    elif layout != ON_SCREEN:
        raise ConfigError("report: --figures-width and --no-titles need a study, or several runs, to draw.")
    else:
        _list([find_run(name).path for name in options.names])
    return 0


def _one_study(names: Sequence[str]) -> StudyFolder | None:
    """Return the study that is named; None where it is no study.

    Raises:
        ConfigError: it is not the only name.
        RunError: no run of it is there: a comparison of nothing would take the place of what is written.
    """
    named = [given_path("report", name) for name in names]
    studies = [path for name in named for path in (OUTPUTS / name, name) if (path / "runs.csv").is_file()]
    if studies and len(names) > 1:
        raise ConfigError(f"report: takes one study, or several runs, got {' '.join(names)}.")
    if not studies:
        return None
    path = studies[0]
    study = StudyFolder(path if path.name not in ("", "..") else path.resolve())  # from inside: its name counts
    runs = [study.run(row.run_id).path for row in study.read_grid() if row.run_id]
    if runs and not any(run.is_dir() for run in runs):
        command = study.read_study().command
        raise RunError(
            f"{study.path}: none of its {len(runs)} runs is in {runs[0].parent}. Nothing was written. "
            f"Put them back, or repeat the sweep: {command}"
        )
    return study


def _width_of(text: str | None) -> float | None:
    """Return the width that was asked for, in inches.

    Raises:
        ConfigError: it is no number, or no width of a picture.
    """
    if text is None:
        return None
    try:
        width = float(text)
    except ValueError:
        width = math.nan
    if not NARROWEST <= width <= WIDEST:
        raise ConfigError(
            f"--figures-width: must be a number of inches from {NARROWEST:g} to {WIDEST:g}, got {text}. A column of a "
            "paper has about 3.3, a page 7."
        )
    return width


def _print(comparison: Comparison, form: str, layout: Layout) -> None:
    lines = FORMATS[form](comparison)
    with printed_all_the_same("\n".join(lines), comparison.folder.path):
        save(comparison, pictures=True, pixels=pictures_of, layout=layout)


def _list(named: Sequence[Path]) -> None:
    """Print the table of these runs, or of all, and the studies that can be compared."""
    folders = named or [path.parent for path in RUNS.glob("*/status.json")]
    if not folders:
        print(f"no runs in {RUNS}. Train one: cnnlab train")
        return
    studies = sorted(path.parent.name for path in OUTPUTS.glob("*/runs.csv"))
    if studies and not named:
        print(f"studies  {', '.join(studies)}  (compare: {shlex.join(['cnnlab', 'report', studies[0]])})\n")
    show(folders)


FORMATS: dict[str, Callable[[Comparison], list[str]]] = {
    "text": lambda comparison: terminal_lines(comparison, width=width()),
    "markdown": markdown_lines,
    "latex": latex_lines,
}
