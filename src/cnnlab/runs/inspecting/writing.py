"""What an inspection leaves: its page, and its numbers as files; those of the run's results stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cnnlab.outputs.files import Folder
from cnnlab.outputs.run_folder import RunFolder
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
    write_files(Folder(run.path if into is None else into), inspection, run_id=run.run_id, classes=classes)
    return write_page(run, into=into, inspection=inspection)  # last: it leads to the others
