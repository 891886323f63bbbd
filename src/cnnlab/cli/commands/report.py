"""`cnnlab report [STUDY or RUN...]`: arms compared, or a table of runs; failed ones stay visible."""

from __future__ import annotations

import math
import shlex
import textwrap
import time
from collections.abc import Callable, Sequence

from cnnlab.base.errors import ConfigError, RunError, did_you_mean
from cnnlab.base.paths import given_path
from cnnlab.base.printing import meanwhile, tell
from cnnlab.base.stopping import Stop
from cnnlab.base.texts import first_names
from cnnlab.cli.own_arguments import Parser
from cnnlab.comparison import Comparison, compare_runs, compare_study, latex_lines, markdown_lines, save, terminal_lines
from cnnlab.comparison.layout import NARROWEST, ON_SCREEN, WIDEST, Layout
from cnnlab.comparison.run_filters import filtered
from cnnlab.comparison.run_table import MOST, read_lines, show, table, width
from cnnlab.outputs.files import outputs_dir, runs_dir
from cnnlab.outputs.finding import find_run, study_names
from cnnlab.outputs.lock import printed_all_the_same
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.study_folder import StudyFolder
from cnnlab.outputs.summary_file import read_summary
from cnnlab.runs.pictures import pictures_of
from cnnlab.runs.result_lines import summary_lines, to_open
from cnnlab.sweeps.tuning.report import show_tuned
from cnnlab.sweeps.tuning.tuned import is_tuned


def main(args: Sequence[str], stop: Stop) -> int:
    """Run the command; return its exit code: 0 also when there is no run yet, since nothing is wrong."""
    options = _parser().read(args)
    layout = Layout(_width_of(options.figures_width), not options.no_titles)
    names, filters = _parted(options.names)
    study = _one_study(names)
    stop.look()
    meanwhile("reading the runs")
    if study is not None and is_tuned(study):
        _show_tuning(study, is_plain=options.baseline is None and options.format == "text" and layout == ON_SCREEN)
    elif study is not None:
        _print(compare_study(study, baseline=options.baseline), options.format, layout)
    elif len(names) > 1:
        runs = [_run(name) for name in names]
        _print(compare_runs(runs, baseline=options.baseline), options.format, layout)
    elif options.baseline is not None or options.format != "text":
        raise ConfigError("report: --baseline and --format need what is to be compared: a study, or several runs.")
    elif layout != ON_SCREEN:
        raise ConfigError("report: --figures-width and --no-titles need a study, or several runs, to draw.")
    elif names:
        _tell(_run(names[0]))
    else:
        _list(filters, most=None if options.all else MOST)
    return 0


def _parser() -> Parser:
    parser = Parser(
        "report",
        description="Compare the arms of a study, or of runs grouped by every setting but the seed: a table with a "
        "verdict here, comparison.csv, report.html and pictures beside the study. Without a name: a table of runs, the "
        "newest first; key=value chooses among them.",
        epilog="examples: cnnlab report optimizers --baseline sgd · cnnlab report dataset=digits lr=0.1",
        example="",
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="STUDY, RUN or KEY=VALUE",
        help="a study's name; runs by id, its beginning or that of the hash at its end, latest or best; or what the "
        "runs of the table have to fit",
    )
    parser.add_argument("--all", action="store_true", help=f"all runs in the table, not only the newest {MOST}")
    parser.add_argument("--format", choices=tuple(FORMATS), default="text", help="how the table is printed")
    parser.add_argument("--baseline", metavar="ARM", help="the arm to compare the others with; else: which is best?")
    parser.add_argument(
        "--figures-width", metavar="INCHES", help="width of the pictures in plots/, for a paper: 3.3 is a column"
    )
    parser.add_argument("--no-titles", action="store_true", help="pictures without titles: the paper has captions")
    return parser


def _show_tuning(study: StudyFolder, *, is_plain: bool) -> None:
    if not is_plain:
        raise ConfigError(f"report: {study.path.name} is a tuning, which compares no arms. Leave the flags out.")
    show_tuned(study)


def _parted(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the names and the filters among the words.

    Raises:
        ConfigError: there are both.
    """
    filters = [word for word in words if "=" in word and not given_path("report", word).exists()]
    names = [word for word in words if word not in filters]
    if names and filters:
        raise ConfigError(f"report: {filters[0]} chooses among all runs, got {names[0]} too. Leave one of the two out.")
    return names, filters


def _one_study(names: Sequence[str]) -> StudyFolder | None:
    """Return the study that is named; None where it is no study.

    Raises:
        ConfigError: it is not the only name.
        RunError: no run of it is there: a comparison of nothing would take the place of what is written.
    """
    named = [given_path("report", name) for name in names]
    studies = [path for name in named for path in (outputs_dir() / name, name) if (path / "runs.csv").is_file()]
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


def _run(name: str) -> RunFolder:
    """Return the run that is named.

    Raises:
        ConfigError: no run or more than one; a study may be meant.
    """
    try:
        return find_run(name)
    except ConfigError as error:
        if meant := did_you_mean(name, study_names()):
            raise ConfigError(f"report: no study or run '{name}'.{meant}") from error
        raise


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
        meanwhile("drawing the page and its pictures")
        save(comparison, pictures=True, pixels=pictures_of, layout=layout)


def _tell(run: RunFolder) -> None:
    """Print one run's line of the table and, if it is finished, what it said at its end."""
    lines = read_lines([run.path])
    if lines[0].status != "finished" or lines[0].is_older:
        show(lines)
        return
    print("\n".join(table(lines, width=width(), now=time.time())))
    for line in (*summary_lines(read_summary(run), epochs=int(lines[0].settings["epochs"])), *to_open(run)):
        tell(line)


def _list(filters: Sequence[str], *, most: int | None) -> None:
    """Print the table of all runs that fit, and the studies that can be compared."""
    folders = [path.parent for path in runs_dir().glob("*/status.json")]
    if not folders:
        print(f"no runs in {runs_dir()}. Train one: cnnlab train")
        return
    lines = filtered(read_lines(folders), filters)
    if not lines:
        print(f"none of {len(folders):,} runs fits {' '.join(filters)}. All of them: cnnlab report --all")
        return
    if not filters:
        for line in _studies():
            print(line)
    show(lines, most=most)


def _studies() -> list[str]:
    """Return the names of the studies, the newest first, and how one is compared; nothing where there are none."""
    files = sorted(outputs_dir().glob("*/runs.csv"), key=lambda file: (-file.stat().st_mtime, file))
    if not files:
        return []
    names = [file.parent.name for file in files]
    told = f"studies  {first_names(names)}"
    compare = f"compare: {shlex.join(['cnnlab', 'report', names[0]])}"
    return [*textwrap.wrap(told, width(), subsequent_indent=" " * 9, break_on_hyphens=False), f"{'':9}{compare}", ""]


FORMATS: dict[str, Callable[[Comparison], list[str]]] = {
    "text": lambda comparison: terminal_lines(comparison, width=width()),
    "markdown": markdown_lines,
    "latex": latex_lines,
}
