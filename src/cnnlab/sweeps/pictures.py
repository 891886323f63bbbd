"""Pictures and pages of a sweep's runs, which are made at its end."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from cnnlab.outputs.run_folder import RunFolder


def draw(folders: Sequence[RunFolder]) -> None:
    """Draw runs that have ended, and write a page of each; say how far that is, in a terminal."""
    from cnnlab.plots.drawing import draw_runs
    from cnnlab.runs.console import RunConsole
    from cnnlab.runs.inspecting.page import write_page_of

    progress = RunConsole().preparing if sys.stdout.isatty() else None
    draw_runs([folder.path for folder in folders], progress=progress, then=write_page_of)
