"""Arms of a study against each other: what may be said, in the terminal, as tables, pictures and a page.

arms            runs grouped into arms, read from their files; refused where they are on different data
statistics      paired tests over seeds, corrections, intervals
verdicts        better, worse, not shown: one arm against the baseline
conclusion      the sentences; cautions what has to be said beside them
comparing       all that is said about a study, as one value
factors         what the swept settings of a grid do; factor_tables and factor_charts, how it is shown
tables, latex   terminal, CSV, Markdown; a table for a paper
page            report.html, one file that works offline
figures, curves, heat, plane, classes   the study's pictures; layout and panels, how wide they are
beside_report   measured numbers beside a report's
labels          names of arms and numbers, as every table writes them
run_table       the table of single runs

It imports outputs, plots, base, and of config what is known without torch: the files of conf/, the roles of keys;
matplotlib, scipy and jinja2 only when they are used. It never trains, loads a network or reads an image: what it says
follows from files. Verdicts rest on test accuracy, every choice on validation.
"""

from __future__ import annotations

from cnnlab.comparison.comparing import Comparison, compare_runs, compare_study
from cnnlab.comparison.latex import latex_lines
from cnnlab.comparison.layout import ON_SCREEN, Layout
from cnnlab.comparison.page import write_page
from cnnlab.comparison.tables import markdown_lines, terminal_lines, write_csv
from cnnlab.outputs.study_folder import StudyFolder

__all__ = [
    "Comparison",
    "compare_runs",
    "compare_study",
    "latex_lines",
    "markdown_lines",
    "save",
    "terminal_lines",
    "write",
]


def write(folder: StudyFolder, *, pictures: bool) -> Comparison:
    """Compare a study and write the files of the comparison beside it.

    Args:
        folder: of the study.
        pictures: whether to draw plots/ too, which takes seconds.

    Raises:
        ConfigError: the runs are on different data, or there is no such baseline.
        RunError: the folder is no study, or a file is damaged.
    """
    comparison = compare_study(folder)
    save(comparison, pictures=pictures)
    return comparison


def save(comparison: Comparison, *, pictures: bool, layout: Layout = ON_SCREEN) -> None:
    """Write comparison.csv, report.html and, if wanted, plots/ in this layout into the study's folder."""
    write_csv(comparison)
    write_page(comparison)
    if pictures:
        from cnnlab.comparison.figures import draw_all  # matplotlib takes half a second to import

        draw_all(comparison, layout)
