"""How a run has ended, as summary.json tells it."""

from __future__ import annotations

from cnnlab.base.memory import peak_memory_bytes
from cnnlab.base.runtime import Runtime
from cnnlab.base.schema import Plain
from cnnlab.building.networks import NetworkSize
from cnnlab.building.parts import Parts
from cnnlab.networks.scores import scores_are
from cnnlab.outputs.reaching import ROUND, Goals, efforts_of
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import write_status
from cnnlab.outputs.summary_file import write_summary
from cnnlab.runs.clock import Clock
from cnnlab.runs.training_state import TrainingState
from cnnlab.training.learning import InSteps
from cnnlab.training.tracks import Track


class SummaryWriter:
    """Makes and writes the summary of a run.

    Args:
        folder: of the run.
        parts: of the run.
        runtime: of the run.
        clock: of the run.
        size: of its network.
        goals: validation accuracies whose first time is told, beside round ones.
        content: hash of the files where the images come from a folder, else None.
        keep: which weights stay: best, last or none.
        is_gone_on_from: whether the last checkpoint stays in any case, as a longer run may begin with it.
        track: of a run that takes turns with others.
    """

    def __init__(
        self, folder: RunFolder, parts: Parts, runtime: Runtime, *, clock: Clock, size: NetworkSize, goals: Goals,
        content: str | None, keep: str = "best", is_gone_on_from: bool = False, track: Track | None = None,
    ) -> None:  # fmt: skip
        self._folder, self._parts, self._runtime = folder, parts, runtime
        self._clock, self._size, self._goals, self._content, self._track = clock, size, goals, content, track
        self._keep, self._is_gone_on_from = keep, is_gone_on_from

    def finished(self, state: TrainingState, figures: Plain) -> Plain:
        """Return the summary of a run that is finished.

        Args:
            state: at the end of training.
            figures: of the selected weights on `train`, `val` and `test`.
        """
        return self._summary(state, "finished", figures)

    def diverged(self, state: TrainingState) -> Plain:
        """Return the summary of a run that has diverged, which is no result."""
        nothing = {"train": None, "val": None, "test": None, "error": state.stop_reason}
        return self._summary(state, "diverged", nothing)

    def write(self, summary: Plain) -> None:
        """Write the summary; the status comes last, since it says that all is there."""
        if self._track is not None and not self._is_alone:
            environment = self._folder.read_environment()
            self._folder.write_environment({**environment, "abreast": self._track.num_abreast})
        write_summary(self._folder, summary)
        status, reason = summary["status"], summary["stop_reason"]
        error = {"error": reason} if status == "diverged" else {}
        write_status(self._folder, status, epoch=summary["epochs_trained"], stop_reason=reason, **error)
        if status == "diverged" or not (self._keep == "last" or self._is_gone_on_from):
            self._folder.delete_checkpoint("last.pt")
        if self._keep == "none":
            self._folder.delete_checkpoint("best.pt")

    def _summary(self, state: TrainingState, status: str, figures: Plain) -> Plain:
        selected_by = "last epoch" if self._parts.val is None else "validation accuracy"
        return {
            "run_id": self._folder.run_id,
            "status": status,
            "best_epoch": state.selection.epoch,
            "selected_by": selected_by if state.epoch else "no training",
            "epochs_trained": state.epoch,
            "stop_reason": state.stop_reason,
            "classes": list(self._parts.images.classes),
            "scores_are": scores_are(self._parts.learning.loss_fn),
            "images_per_second": state.num_images / state.train_seconds if state.train_seconds else 0.0,
            "peak_memory_bytes": peak_memory_bytes(self._runtime.device) if self._is_alone else None,
            **self._how_fast(),
            "device": self._runtime.device.type,
            "precision": self._runtime.precision,
            **figures,
            **({} if self._parts.mapping is None else {"mapping": self._parts.mapping.as_names()}),
            "data": self._num_images() | {"content": self._content} | self._leaked(),
            "parameters": self._size.parameters,
            "flops_per_image": self._size.flops,
            "seconds": {
                "train": state.train_seconds,
                "startup": state.startup_seconds,
                "total": self._clock.total_seconds,
                "first_batch": self._clock.first_batch_seconds,
                "features": self._parts.features_seconds,
            },
        }

    @property
    def _is_alone(self) -> bool:
        """Whether no other run was in the device's memory."""
        return self._track is None or self._track.num_abreast == 1

    def _how_fast(self) -> Plain:
        """Return what it took to reach validation accuracies first; those that never were are left out."""
        efforts = efforts_of(self._folder.read_metrics(), sorted({*ROUND, *self._goals.known})) or {}
        by_name = {f"{accuracy:g}": effort for accuracy, effort in efforts.items()}
        in_steps = isinstance(self._parts.learning, InSteps)
        return {
            "seconds_to": {name: effort.seconds for name, effort in by_name.items()},
            "epochs_to": {name: effort.epochs for name, effort in by_name.items()},
            "images_to": {name: effort.epochs * self._parts.train.num_images for name, effort in by_name.items()},
            "steps_per_epoch": len(self._parts.train) if in_steps else None,
        }

    def _leaked(self) -> Plain:
        """Return how many images of a split are training images too, where there are any."""
        leaked = {name: leak.num for name, leak in self._parts.data.leaks.items()}
        return {"leaked": leaked} if leaked else {}

    def _num_images(self) -> Plain:
        """Return the number of images of every split."""
        splits = {"train": self._parts.data.train, "val": self._parts.data.val, "test": self._parts.data.test}
        return {name: 0 if split is None else len(split) for name, split in splits.items()}
