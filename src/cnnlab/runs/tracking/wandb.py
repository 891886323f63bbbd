"""Weights & Biases: its server, or a folder beside the runs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping

from cnnlab.base.errors import RunError
from cnnlab.runs.tracking.tracker import PROJECT, End, TrackedRun

_PATIENCE = 20.0  # seconds that the library waits for its server, at the beginning and at the end
_WELL = ("finished", "pruned")


class WeightsAndBiases:
    """A run of the project `cnnlab`, grouped by study. WANDB_MODE=offline keeps it in outputs/wandb.

    Args:
        run: what is told of.

    Raises:
        RunError: no one is logged in.
    """

    def __init__(self, run: TrackedRun) -> None:
        os.environ.setdefault("WANDB_SILENT", "true")  # of its own lines, all are on its pages too
        import wandb

        offline = os.environ.get("WANDB_MODE") in ("offline", "dryrun", "disabled")
        if not offline and not wandb.login(prompt=False, verify=False):
            raise RunError("no one is logged in (wandb login, or WANDB_MODE=offline)")
        if offline:  # nothing can be asked there, so the whole run is told anew
            for old in (run.outputs / "wandb").glob(f"offline-run-*-{run.run_id}"):
                shutil.rmtree(old)
        settings = wandb.Settings(
            silent=True, console="off", init_timeout=_PATIENCE, finish_timeout=_PATIENCE, root_dir=str(run.outputs)
        )
        self._run = wandb.init(
            project=os.environ.get("WANDB_PROJECT") or PROJECT, id=run.run_id, name=run.run_id, group=run.study,
            tags=list(run.tags), config={"run_id": run.run_id, "study": run.study, **run.settings},
            dir=str(run.outputs), resume="never" if run.is_anew else "allow", reinit="create_new", settings=settings,
            allow_val_change=True,
        )  # fmt: skip
        self.last_epoch = max(0, self._run.step - 1) if self._run.resumed else 0

    def log(self, epoch: int, figures: Mapping[str, float]) -> None:
        """Write an epoch's figures; its number is W&B's step."""
        self._run.log({"epoch": epoch, **figures}, step=epoch)

    def end(self, end: End) -> None:
        """Write the figures, the pictures and how the run ended."""
        import wandb

        if end.pictures:
            pictures = {f"plots/{path.stem}": wandb.Image(str(path)) for path in end.pictures}
            self._run.log(pictures, step=end.epochs)
        self._run.summary.update({**end.figures, "status": end.status})
        self._run.finish(exit_code=0 if end.status in _WELL else 1)
