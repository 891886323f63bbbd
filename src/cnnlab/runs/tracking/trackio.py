"""Trackio: a database in Hugging Face's cache, or wherever TRACKIO_DIR says."""

from __future__ import annotations

import os
from collections.abc import Mapping

from cnnlab.runs.tracking.tracker import PROJECT, End, TrackedRun


class Trackio:
    """A run of the project `cnnlab`, grouped by study; `trackio show --project cnnlab` shows it.

    Args:
        run: what is told of.
    """

    def __init__(self, run: TrackedRun) -> None:
        import trackio
        import trackio.run
        import trackio.utils
        from trackio.sqlite_storage import SQLiteStorage

        for module in (trackio, trackio.run, trackio.utils):
            vars(module)["print"] = _silent  # it has no quiet mode, and prints between the run's own lines
        project = os.environ.get("TRACKIO_PROJECT") or PROJECT
        self._run = trackio.init(
            project, name=run.run_id, group=run.study,
            config={"run_id": run.run_id, "study": run.study, "tags": list(run.tags), **run.settings},
            resume="never" if run.is_anew else "allow", embed=False, auto_log_gpu=False, auto_log_cpu=False,
        )  # fmt: skip
        known = None if run.is_anew else SQLiteStorage.get_max_step_for_run(project, run.run_id)
        self.last_epoch = known or 0

    def log(self, epoch: int, figures: Mapping[str, float]) -> None:
        """Write an epoch's figures; its number is the step."""
        self._run.log(dict(figures), step=epoch)

    def end(self, end: End) -> None:
        """Write the figures, the pictures and how the run ended."""
        import trackio

        pictures = {f"plots/{path.stem}": trackio.Image(str(path)) for path in end.pictures}
        self._run.log({**end.figures, **pictures, "status": end.status}, step=end.epochs)
        self._run.finish()


def _silent(*_: object, **__: object) -> None:
    """Print nothing."""
