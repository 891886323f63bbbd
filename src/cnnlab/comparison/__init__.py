"""Arms of a study against each other: what may be said, in the terminal, as tables, pictures and a page.

arms            runs grouped into arms, read from their files; presets what their parts are by default
comparable      which runs are refused: on other data, of other versions; known_runs runs that were read before
statistics      paired tests over seeds, corrections, intervals; looks: when, and with what share of the error
resampling      folds in place of seeds, and which sources of variation a verdict covers
best_set        which arm is the best: those that may be, those that are ruled out
paired          each arm against a baseline: better, worse, equal, open
judging         the arms of a study, asked one of these two questions; verdicts the words of the answer
headline        the answer in one sentence; conclusion the figures; terms what the words mean; methods how it was tested
cautions        what has to be said beside it; next_step what to type next
comparing       all that is said about a study, as one value; beforehand what was done before: tuned, halved
factors         what the swept settings of a grid do; factor_tables, factor_charts, factor_figures how it is shown
reaching        how fast arms learnt; reaching_tables how it is shown; costs whether their times differ
tables, latex   terminal, CSV, Markdown; a table for a paper; page report.html, offline; arm_rows, page_links of it
figures, curves, heat, plane, classes   the study's pictures; layout and panels how wide they are
reproduction    a study that was run again beside the shipped results
changes, changed_images, shown_mistakes   two arms, image by image; one run's mistakes
labels          names of arms and numbers, as every table writes them; beside_report numbers of a report beside them
run_table       the table of single runs; run_filters which of them are wanted

It imports outputs, plots, base, of config the files of conf/ and the roles of keys;
matplotlib, scipy, jinja2 and Pillow only when they are used. It never trains, loads a network or reads a data set: what
it says follows from files of runs, images are handed in. Verdicts rest on test accuracy, every choice on validation.
"""

from __future__ import annotations

from cnnlab.comparison.arms import ReadRun
from cnnlab.comparison.changed_images import Pixels
from cnnlab.comparison.changes import write_changes
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
    "import_libraries",
    "latex_lines",
    "markdown_lines",
    "save",
    "terminal_lines",
    "write",
]


def import_libraries() -> None:
    """Import what comparing and the page take, 20 MB, now; else the first comparison does it."""
    import jinja2  # noqa: F401
    from PIL import Image
    from scipy import special  # noqa: F401

    Image.preinit()  # the formats, which Pillow imports with the first file that it writes


def write(folder: StudyFolder, *, pictures: bool, read: ReadRun | None = None) -> Comparison:
    """Compare a study and write the files of the comparison beside it.

    Args:
        folder: of the study.
        pictures: whether to draw plots/ too, which takes seconds.
        read: reads a run; None: from its files.

    Raises:
        ConfigError: the runs are on different data, or there is no such baseline.
        RunError: the folder is no study, or a file is damaged.
    """
    comparison = compare_study(folder, read=read)
    save(comparison, pictures=pictures)
    return comparison


def save(comparison: Comparison, *, pictures: bool, pixels: Pixels | None = None, layout: Layout = ON_SCREEN) -> None:
    """Write comparison.csv, changes.csv, report.html and, if wanted, plots/ into the study's folder.

    Args:
        comparison: what is to be said.
        pictures: whether to draw plots/, and to show images.
        pixels: gives test images of a run, of which this room never reads the data.
        layout: of plots/.
    """
    write_csv(comparison)
    write_changes(comparison.folder, comparison.changes)
    if pictures:
        from cnnlab.comparison.figures import draw_all  # matplotlib takes half a second to import

        draw_all(comparison, layout)
    write_page(comparison, pixels=pixels if pictures else None)  # last: it leads to the others
