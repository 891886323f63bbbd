"""The page of a tuning: one file that any browser opens offline, in the style of a comparison's."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from cnnlab.comparison.labels import MISSING, percent
from cnnlab.comparison.page import watch_command
from cnnlab.outputs.files import write_text
from cnnlab.sweeps.tuning.charts import history, parallel, slices
from cnnlab.sweeps.tuning.importance import Importance
from cnnlab.sweeps.tuning.tables import best_command, sentences
from cnnlab.sweeps.tuning.tuned import Tuned
from cnnlab.webpage.rendering import render as render_page

TEMPLATES = Path(__file__).parent / "templates"


def write_page(tuned: Tuned, importances: Sequence[Importance], path: Path | None = None) -> Path:
    """Write the page, and return it.

    Args:
        tuned: what came of the tuning.
        importances: of its settings; none where there are too few trials.
        path: of the page; None: the study's report.html.
    """
    path = tuned.study.path / "report.html" if path is None else path
    write_text(path, render(tuned, importances))
    return path


def render(tuned: Tuned, importances: Sequence[Importance]) -> str:
    """Return the page."""
    first, *others = sentences(tuned, importances)
    lost = [one for one in tuned.tried if one.status != "finished"]
    return render_page(
        TEMPLATES / "tuning.html.j2",
        data={},
        styles=[TEMPLATES / "tuning.css"],
        kind="cnnlab tuning",
        title=tuned.study.path.name + (f", {tuned.arm}" if tuned.arm else ""),
        tuned=tuned,
        first=first,
        others=others,
        best_command=None if tuned.best is None else best_command(tuned, tuned.best),
        report_command=shlex.join(["cnnlab", "report", tuned.study.path.name]),
        trials=[*tuned.finished, *lost],
        history=history(tuned),
        slices=slices(tuned),
        parallel=parallel(tuned) if tuned.finished else None,
        importances=importances,
        percent=percent,
        missing=MISSING,
        watch_command=watch_command(tuned.study),
    )
