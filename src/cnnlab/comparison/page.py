"""report.html: the comparison as one file that any browser opens offline. What it shows lies inside it."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from cnnlab.base.metrics import Floats
from cnnlab.base.schema import Plain
from cnnlab.comparison.arm_rows import CELL, NUM_COLORS, arm_rows, axis_of, cut, unnamed_settings
from cnnlab.comparison.beside_report import reported_rows
from cnnlab.comparison.cautions import ENVIRONMENT
from cnnlab.comparison.changed_images import Pixels, changes_section
from cnnlab.comparison.classes import Confusion, read_confusion
from cnnlab.comparison.comparing import OF_RUNS, Comparison
from cnnlab.comparison.costs import alike, times_differ
from cnnlab.comparison.curves import Curves, notes_on_curves, read_curves
from cnnlab.comparison.factor_charts import factor_section
from cnnlab.comparison.factor_tables import about_factors
from cnnlab.comparison.heat import HeatMap, heat_maps
from cnnlab.comparison.labels import MISSING, capitalised, ends_of
from cnnlab.comparison.methods import methods
from cnnlab.comparison.page_links import page_links
from cnnlab.comparison.plane import plane_of
from cnnlab.comparison.reaching_tables import fast_section
from cnnlab.comparison.shown_mistakes import mistakes_section
from cnnlab.comparison.statistics import Estimate
from cnnlab.comparison.verdicts import Result
from cnnlab.outputs.files import write_text
from cnnlab.outputs.standing import goes_on
from cnnlab.outputs.study_folder import StudyFolder
from cnnlab.outputs.summary_file import figure
from cnnlab.webpage.rendering import render as render_page

TEMPLATES = Path(__file__).parent / "templates"
NUM_DASHES = 4
"""Line styles, for the arms beyond the colours."""
LABEL = 24
"""Characters of an arm's name beside curves; the middle of a longer one is cut out."""
MOST_UNFINISHED = 100
"""Runs without a result that are listed; results.csv has all of them."""


def write_page(comparison: Comparison, *, pixels: Pixels | None = None) -> Path:
    """Write report.html into the study's folder, and return it.

    Args:
        comparison: what is to be said.
        pixels: gives test images of a run; None: only those are shown that runs kept as their mistakes.

    Raises:
        RunError: a file of a run cannot be read.
    """
    path = comparison.folder.path / "report.html"
    write_text(path, render(comparison, pixels=pixels))
    return path


def render(comparison: Comparison, *, pixels: Pixels | None = None) -> str:
    """Return the page."""
    shown, effects, classes = comparison.shown, comparison.effects, _classes(comparison)
    read = [read_confusion(result.arm, classes) for result in shown.results]
    curves = {result.label: found for result in shown.results if (found := read_curves(result.arm)) is not None}
    rows, unfinished, said_of = arm_rows(shown), _unfinished(comparison), _said_of(shown)
    return render_page(
        TEMPLATES / "report.html.j2",
        data=_data(shown, curves, [confusion for confusion, _ in read], classes),
        scripts=(TEMPLATES / "charts.js", TEMPLATES / "report.js"),
        kind="cnnlab study",
        title=comparison.study.study,
        comparison=comparison,
        shown=shown,
        rows=rows,
        cut=cut(list(comparison.names.values()), CELL),
        settings=unnamed_settings(comparison),
        axis=axis_of(shown.results),
        factors=factor_section(effects) if effects is not None and effects.factors else None,
        about_factors=about_factors(effects) if effects is not None else "",
        how_fast=fast_section(comparison),
        heat_maps=[] if (grid := plane_of(comparison.results)) is None else heat_maps(grid),
        recall=_recall_map(shown, [confusion for confusion, _ in read], classes),
        unread=[damage for _, damages in read for damage in damages],
        curve_notes=[f"{capitalised(note)}." for note in notes_on_curves(shown.results, curves, comparison.names)],
        changes=changes_section(comparison, pixels),
        alike=alike(shown.results),
        watch_command=watch_command(comparison.folder),
        reported=reported_rows(comparison),
        links=page_links(comparison),
        mistakes=mistakes_section(comparison, None if said_of is None else shown.results[said_of]),
        unfinished=unfinished[:MOST_UNFINISHED],
        num_more_unfinished=max(0, len(unfinished) - MOST_UNFINISHED),
        environment=_environment(comparison),
        report_command=_report_command(comparison),
        said_of=said_of,
        next_command=(comparison.next_step or "").partition("  ")[0],
        next_purpose=(comparison.next_step or "").partition("  ")[2],
        methods=methods(comparison.answer, comparison.question, comparison.names),
        missing=MISSING,
        has_parameters=len({row.parameters for row in rows}) > 1,
    )


def watch_command(study: StudyFolder) -> str | None:
    """Return the command that looks on at a study's sweep; None where none goes on."""
    return shlex.join(["cnnlab", "watch", study.path.name]) if goes_on(study) else None


def _said_of(comparison: Comparison) -> int | None:
    """Return the place of the arm whose colour the verdict has: the best if it is known, else validation's choice."""
    if comparison.best is not None and len(comparison.best.alive) == 1:
        return next(i for i, result in enumerate(comparison.results) if result.label == comparison.best.alive[0])
    return None if comparison.chosen is None else comparison.results.index(comparison.chosen)


def _classes(comparison: Comparison) -> list[str]:
    runs = (run for result in comparison.results for run in result.arm.finished)
    return next((list(map(str, run.summary.get("classes", ()))) for run in runs), [])


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
    """Return arm, seed or fold, state and reason of every run without a result."""
    return [
        (comparison.name(result), run.unit, run.state, run.reason or "")
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
    labels, has_times = cut(list(comparison.names.values()), LABEL), times_differ(comparison.results)
    return {
        "classes": list(classes),
        "noun": comparison.question.repeats.noun,
        "arms": [
            {
                "name": comparison.name(result),
                "label": labels[comparison.name(result)],
                "color": place % NUM_COLORS,
                "dash": place // NUM_COLORS % NUM_DASHES,
                "isBest": result is comparison.chosen,
                "isBaseline": result is comparison.baseline,
                "test": _estimate(result.test),
                "seconds": result.seconds if has_times else None,
                "parameters": result.figure("parameters"),
                "curves": _curves(curves.get(result.label)),
                "imagesPerEpoch": _images_per_epoch(result),
                "confusion": _sparse(confusion),
            }
            for place, (result, confusion) in enumerate(zip(comparison.results, confusions))
        ],
    }


def _estimate(estimate: Estimate | None) -> Mapping[str, float | None] | None:
    if estimate is None:
        return None
    low, high = ends_of(estimate) or (None, None)
    return {"mean": estimate.mean, "low": low, "high": high}


def _curves(curves: Curves | None) -> Plain | None:
    """Return an arm's curves; the band is left out where it is the line itself."""
    if curves is None:
        return None
    names = ("mean", "low", "high") if curves.num_seeds > 1 else ("mean",)
    bands = {key: {name: _short(getattr(band, name)) for name in names} for key, band in curves.bands.items()}
    return {"seconds": _short(curves.seconds), "seeds": curves.num_seeds, "bands": bands}


def _images_per_epoch(result: Result) -> float | None:
    """Return how many training images its runs had; None while none is finished."""
    return next((figure(run.summary, "data.train") for run in result.arm.finished), None)


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
