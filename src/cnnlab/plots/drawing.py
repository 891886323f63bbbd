"""Pictures of many runs: drawn in as many processes as there are cores, since drawing takes a second per run."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from cnnlab.base.processes import pool_of_helpers
from cnnlab.base.progress import Progress
from cnnlab.outputs.files import pictures_in

_FEW = 4  # runs; fewer are drawn sooner than processes start


def draw_runs(
    folders: Sequence[Path], *, progress: Progress | None = None, then: Callable[[Path], None] | None = None
) -> None:
    """Draw the plots of every run that has none yet.

    Args:
        folders: of runs.
        progress: called with (what, done, total).
        then: called with each folder when its plots are drawn, perhaps in another process.

    Raises:
        RunError: a file of a run cannot be read.
    """
    missing = [folder for folder in folders if not pictures_in(folder)]
    if not missing:
        return
    what, total = "drawing pictures", len(missing)
    if total < _FEW:
        for done, folder in enumerate(missing):
            if progress is not None:
                progress(what, done, total)
            _draw(folder, then)
    else:
        pool = pool_of_helpers(min(os.cpu_count() or 1, total))
        try:
            for done, _ in enumerate(pool.map(partial(_draw, then=then), missing)):
                if progress is not None:
                    progress(what, done, total)
        finally:
            pool.shutdown(cancel_futures=True)  # after Ctrl-C, those that wait are not drawn
    if progress is not None:
        progress(what, total, total)


def _draw(folder: Path, then: Callable[[Path], None] | None) -> None:
    from cnnlab.plots import draw_missing  # matplotlib takes half a second to import

    draw_missing(folder)
    if then is not None:
        then(folder)
