"""What an inspection leaves: page, pictures, and numbers as files; those of the run's results stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cnnlab.outputs.files import Folder
from cnnlab.outputs.run_files import RunFiles
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.plots import draw_missing
from cnnlab.runs.inspecting.figures import draw_figures
from cnnlab.runs.inspecting.files import write_files
from cnnlab.runs.inspecting.findings import Inspection
from cnnlab.runs.inspecting.page import write_page


def write(run: RunFolder, inspection: Inspection, *, into: Path | None, classes: Sequence[str]) -> Path:
    """Write all of it, and return the page.

    Args:
        run: that was looked into.
        inspection: what was found.
        into: folder that gets it, made if it is not there; None: the run's own.
        classes: names, in the order of the network's outputs.
    """
    folder = run.path if into is None else into
    write_files(Folder(folder), inspection, run_id=run.run_id, classes=classes)
    if into is None:
        draw_missing(run.path)  # else nobody would draw them later: there are pictures
    draw_figures(RunFiles(run.path), inspection, folder)
    return write_page(run, into=into, inspection=inspection)  # last: it leads to the others
