"""Arms of a study against each other: what may be said, in the terminal, as tables, pictures and a page."""

from __future__ import annotations

from cnnlab.comparison.comparing import Comparison, compare_runs, compare_study
from cnnlab.comparison.page import write_page
from cnnlab.comparison.tables import markdown_lines, terminal_lines, write_csv
from cnnlab.outputs.study_folder import StudyFolder

__all__ = ["Comparison", "compare_runs", "compare_study", "markdown_lines", "save", "terminal_lines", "write"]


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


def save(comparison: Comparison, *, pictures: bool) -> None:
    """Write comparison.csv, report.html and, if wanted, plots/ into the study's folder."""
    write_csv(comparison)
    write_page(comparison)
    if pictures:
        from cnnlab.comparison.figures import draw_all  # matplotlib takes half a second to import

        draw_all(comparison)
