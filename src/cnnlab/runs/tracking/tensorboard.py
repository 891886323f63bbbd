"""TensorBoard: event files in the run's folder."""

from __future__ import annotations

from collections.abc import Mapping

from cnnlab.runs.tracking.tracker import End, TrackedRun


class TensorBoard:
    """A run as event files, `outputs/runs/<run id>/tensorboard`; `tensorboard --logdir outputs/runs` shows them.

    Args:
        run: what is told of.
    """

    def __init__(self, run: TrackedRun) -> None:
        from torch.utils.tensorboard.writer import SummaryWriter  # half a second more than writing events by hand

        folder = run.folder / "tensorboard"
        has_begun = run.epochs_done > 0 and any(folder.glob("events.*"))
        for old in [] if has_begun else folder.glob("events.*"):
            old.unlink()
        self.last_epoch = run.epochs_done if has_begun else 0
        self._about = {"run_id": run.run_id, "study": run.study or "", "tags": ", ".join(run.tags), **run.settings}
        # Epochs past the checkpoint are trained again: what the files say of them no longer counts.
        self._writer = SummaryWriter(str(folder), purge_step=run.epochs_done + 1 if has_begun else None)
        rows = [f"| {key} | {value} |" for key, value in self._about.items()]
        self._writer.add_text("configuration", "\n".join(["| key | value |", "|---|---|", *rows]))
        self._writer.flush()

    def log(self, epoch: int, figures: Mapping[str, float]) -> None:
        """Write an epoch's scalars."""
        for name, value in figures.items():
            self._writer.add_scalar(name, value, epoch)
        self._writer.flush()

    def end(self, end: End) -> None:
        """Write the figures beside the configuration, as hyperparameters, and the pictures."""
        import numpy as np
        from PIL import Image

        self._writer.add_text("status", end.status, end.epochs)
        for path in end.pictures:
            with Image.open(path) as image:
                pixels = np.asarray(image.convert("RGB"))
            self._writer.add_image(f"plots/{path.stem}", pixels, end.epochs, dataformats="HWC")
        if end.figures:
            about = {**self._about, "status": end.status}
            self._writer.add_hparams(about, dict(end.figures), run_name=".", global_step=end.epochs)
        self._writer.close()
