"""report.html: the comparison as one file that any browser opens offline. What it shows lies inside it."""

from __future__ import annotations

import json
import math
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnnlab import __version__
from cnnlab.base.metrics import Floats
from cnnlab.base.printing import harmless
from cnnlab.base.schema import Plain
from cnnlab.comparison.beside_report import reported_rows
from cnnlab.comparison.cautions import ENVIRONMENT
from cnnlab.comparison.classes import Confusion, read_confusion
from cnnlab.comparison.comparing import OF_RUNS, Comparison
from cnnlab.comparison.curves import Curves, notes_on_curves, read_curves
from cnnlab.comparison.heat import HeatMap, heat_maps
from cnnlab.comparison.labels import MISSING, capitalised, cut_names, p_cell, percent, plus_minus
from cnnlab.comparison.plane import plane_of
from cnnlab.comparison.statistics import Estimate
from cnnlab.comparison.verdicts import Result
from cnnlab.outputs.files import write_text

TEMPLATES = Path(__file__).parent / "templates"
UPLOT = Path(__file__).parent / "vendor" / "uplot"
"""The charting library: 50 kB; Chart.js takes 210, ECharts 500, Plotly 1,190."""
NUM_COLORS, NUM_DASHES = 7, 4
"""As many colours as plots/style.py has, and line styles for the arms beyond."""
CELL, LABEL = 40, 24
"""Characters of an arm's name in tables and beside curves; the middle of a longer one is cut out."""


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


def write_page(comparison: Comparison) -> Path:
    """Write report.html into the study's folder, and return it.

    Raises:
        RunError: a file of a run cannot be read.
    """
    path = comparison.folder.path / "report.html"
    write_text(path, render(comparison))
    return path


def render(comparison: Comparison) -> str:
    """Return the page."""
    import jinja2  # only where a page is written: the other commands begin sooner

    loader = jinja2.FileSystemLoader(TEMPLATES)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, finalize=_finalized
    )
    classes = _classes(comparison)
    read = [read_confusion(result.arm, classes) for result in comparison.results]
    confusions = [confusion for confusion, _ in read]
    curves = {result.label: found for result in comparison.results if (found := read_curves(result.arm)) is not None}
    rows = _rows(comparison)
    return environment.get_template("report.html.j2").render(
        comparison=comparison,
        version=__version__,
        rows=rows,
        cut=_cut(list(comparison.names.values()), CELL),
        settings=_unnamed(comparison),
        axis=_axis(comparison.results),
        heat_maps=heat_maps(grid) if (grid := plane_of(comparison.results)) is not None else [],
        recall=_recall_map(comparison, confusions, classes),
        unread=[damage for _, damages in read for damage in damages],
        curve_notes=[f"{capitalised(note)}." for note in notes_on_curves(comparison.results, curves, comparison.names)],
        reported=reported_rows(comparison),
        unfinished=_unfinished(comparison),
        environment=_environment(comparison),
        report_command=_report_command(comparison),
        data=_script_safe(_data(comparison, curves, confusions, classes)),
        missing=MISSING,
        styles=_texts(UPLOT / "uPlot.min.css", TEMPLATES / "report.css"),
        scripts=_texts(UPLOT / "uPlot.iife.min.js", TEMPLATES / "charts.js", TEMPLATES / "report.js"),
        licence=(UPLOT / "LICENSE").read_text(encoding="utf-8"),
        has_parameters=len({row.parameters for row in rows}) > 1,
    )


def _finalized(value: object) -> object:
    """Return what a place of the template shows: names may hold any character, files of the page are as they are."""
    return harmless(value) if type(value) is str else value


def _cut(names: Sequence[str], length: int) -> dict[str, str]:
    """Return name -> what is shown of it."""
    return dict(zip(names, cut_names(names, length)))


def _texts(*paths: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in paths]


def _classes(comparison: Comparison) -> list[str]:
    runs = (run for result in comparison.results for run in result.arm.finished)
    return next((list(map(str, run.summary.get("classes", ()))) for run in runs), [])


def _rows(comparison: Comparison) -> list[ArmRow]:
    """Return the rows of the table, best by validation first."""
    low, high = _axis(comparison.results)
    cells = _cut(list(comparison.cells.values()), CELL)
    return [
        ArmRow(
            place=comparison.results.index(result),
            result=result,
            name=comparison.name(result),
            full_cell=comparison.cells[result.label],
            cell=cells[comparison.cells[result.label]],
            is_best=result is comparison.best,
            is_baseline=result is comparison.baseline,
            val=percent(None if result.val is None else result.val.mean),
            test=plus_minus(result.test),
            difference=plus_minus(result.difference, signed=True),
            p=p_cell(result.p_holm),
            seconds=MISSING if result.seconds is None else f"{result.seconds:,.1f}",
            parameters=MISSING if result.figure("parameters") is None else f"{result.figure('parameters'):,.0f}",
            settings=[result.arm.settings.get(key, "") for key in _unnamed(comparison)],
            whisker=_whisker(result.test, low, high),
        )
        for result in comparison.ranked
    ]


def _unnamed(comparison: Comparison) -> list[str]:
    """Return the settings that differ and that the arms' names do not say."""
    named = {word.partition("=")[0] for result in comparison.results for word in result.arm.name.split()}
    return [key for key in comparison.differing if key not in named]


def _axis(results: Sequence[Result]) -> tuple[float, float]:
    """Return the ends of the axis of test accuracies: all seeds and means, intervals as far as they leave them legible.

    Intervals over two seeds can be wider than what an accuracy can be; the axis stays within three spans of the seeds.
    """
    tests = [result.test for result in results if result.test is not None]
    seen = [accuracy for r in results for run in r.arm.finished if (accuracy := run.accuracy("test")) is not None]
    if not seen:
        return 0.0, 1.0
    low, high = min(seen), max(seen)
    span = max(high - low, 0.01)
    ends = [end for test in tests for end in (test.low, test.high) if end is not None]
    low, high = min([low, *ends]), max([high, *ends])
    return max(0.0, low, min(seen) - 3 * span), min(1.0, high, max(seen) + 3 * span)


def _whisker(test: Estimate | None, low: float, high: float) -> tuple[float, float, float] | None:
    if test is None:
        return None
    ends = (test.mean if end is None else end for end in (test.low, test.mean, test.high))
    start, middle, end = (100 * min(1.0, max(0.0, (x - low) / ((high - low) or 1.0))) for x in ends)
    return start, middle, end


def _recall_map(
    comparison: Comparison, confusions: Sequence[Confusion | None], classes: Sequence[str]
) -> HeatMap | None:
    """Return the recall of every class by every arm; None before the first test."""
    known = [(r, c) for r, c in zip(comparison.results, confusions) if c is not None]
    if not known:
        return None
    values = {(comparison.name(r), name): recall for r, c in known for name, recall in zip(classes, c.recall)}
    rows = [comparison.name(result) for result, _ in known]
    shown = {pair: None if value is None else 100 * value for pair, value in values.items()}
    return HeatMap.of("recall", rows, classes, shown, layout=".1f")


def _unfinished(comparison: Comparison) -> list[tuple[str, str, str, str]]:
    """Return arm, seed, state and reason of every run without a result."""
    return [
        (comparison.name(result), run.seed, run.state, run.reason or "")
        for result in comparison.results
        for run in result.arm.runs
        if not run.is_finished
    ]


def _environment(comparison: Comparison) -> list[tuple[str, str]]:
    """Return what the runs were made with: name -> value, or values where the runs differ."""
    names = ENVIRONMENT | {"python": "version of Python", "platform": "system", "git_commit": "git commit"}
    runs = [run for result in comparison.results for run in result.arm.runs if run.environment]
    rows = []
    for key, name in names.items():
        values = dict.fromkeys(str(v) for run in runs if (v := run.environment.get(key)) is not None)
        if values:
            rows.append((name, ", ".join(values)))
    return rows


def _report_command(comparison: Comparison) -> str:
    """Return the command that makes this page again."""
    if comparison.study.study != OF_RUNS:
        return shlex.join(["cnnlab", "report", comparison.study.study])
    folders = [run.folder for result in comparison.results for run in result.arm.runs]
    return shlex.join(["cnnlab", "report", *(folder.run_id for folder in folders if folder is not None)])


def _data(
    comparison: Comparison,
    curves: Mapping[str, Curves],
    confusions: Sequence[Confusion | None],
    classes: Sequence[str],
) -> Plain:
    """Return what the page's script draws: curves, costs and confusions of the arms in the order typed."""
    labels = _cut(list(comparison.names.values()), LABEL)
    return {
        "classes": list(classes),
        "arms": [
            {
                "name": comparison.name(result),
                "label": labels[comparison.name(result)],
                "color": place % NUM_COLORS,
                "dash": place // NUM_COLORS % NUM_DASHES,
                "isBest": result is comparison.best,
                "isBaseline": result is comparison.baseline,
                "test": _estimate(result.test),
                "seconds": result.seconds,
                "parameters": result.figure("parameters"),
                "curves": _curves(curves.get(result.label)),
                "confusion": _sparse(confusion),
            }
            for place, (result, confusion) in enumerate(zip(comparison.results, confusions))
        ],
    }


def _estimate(estimate: Estimate | None) -> Mapping[str, float | None] | None:
    return None if estimate is None else {"mean": estimate.mean, "low": estimate.low, "high": estimate.high}


def _curves(curves: Curves | None) -> Plain | None:
    """Return an arm's curves; the band is left out where it is the line itself."""
    if curves is None:
        return None
    names = ("mean", "low", "high") if curves.num_seeds > 1 else ("mean",)
    bands = {key: {name: _short(getattr(band, name)) for name in names} for key, band in curves.bands.items()}
    return {"seconds": _short(curves.seconds), "seeds": curves.num_seeds, "bands": bands}


def _short(values: Floats) -> list[float | None]:
    """Keep five digits, which is more than a screen shows; None for what is not finite."""
    return [float(f"{value:.5g}") if math.isfinite(value) else None for value in values.tolist()]


def _sparse(confusion: Confusion | None) -> list[int] | None:
    """Return row, column, count, row, column, count, ... of the cells that are not zero."""
    if confusion is None:
        return None
    rows, columns = np.nonzero(confusion.counts)
    triples: Iterable[tuple[int, int, int]] = zip(
        rows.tolist(), columns.tolist(), confusion.counts[rows, columns].tolist()
    )
    return [number for triple in triples for number in triple]


def _script_safe(data: Plain) -> str:
    """Return JSON that cannot end the script element it stands in."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


_UNSAFE = re.compile("[<\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
