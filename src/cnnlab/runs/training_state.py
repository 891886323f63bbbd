"""Where training stands at an epoch border, as a checkpoint: no generator state, since randomness is counted."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.base.runtime import Runtime
from cnnlab.base.schema import Plain, PlainMapping
from cnnlab.building.parts import Parts
from cnnlab.training.engine import EpochRecord
from cnnlab.training.selection import Selection


@dataclass
class TrainingState:
    """What changes from epoch to epoch, besides the parts themselves."""

    epoch: int = 0
    """Epochs done."""
    train_seconds: float = 0.0
    startup_seconds: float = 0.0
    """Of first steps and their capture, on a GPU; no part of those of training."""
    total_seconds: float = 0.0
    """That the run had taken at its last checkpoint, whichever processes were at it."""
    num_images: int = 0
    """Training images seen."""
    selection: Selection = field(default_factory=Selection)
    best_weights: dict[str, Tensor] = field(default_factory=dict)
    """Of the selected epoch; empty before the first."""
    stop_reason: str | None = None
    """Why training ended before the last epoch; None while it goes on."""
    has_diverged: bool = False

    def count(self, record: EpochRecord, num_images: int) -> None:
        """Take an epoch's effort into account."""
        self.epoch = record.epoch
        self.train_seconds += record.seconds
        self.startup_seconds += record.startup_seconds
        self.num_images += num_images
        self.has_diverged = record.diverged_at_step is not None

    def keep_weights(self, parts: Parts) -> None:
        """Copy the evaluated weights: they are now the selected ones."""
        weights = parts.learning.evaluated.state_dict()
        self.best_weights = {key: value.clone() for key, value in weights.items()}


def to_checkpoint(state: TrainingState, parts: Parts, runtime: Runtime) -> Plain:
    """Return tensors and plain values from which training goes on bit for bit."""
    values = {key: value for key, value in vars(state).items() if key != "selection"}
    return {
        **values,
        "selection": state.selection.state_dict(),
        **parts.learning.state_dict(),
        "runtime": _fingerprint(runtime),
    }


def from_checkpoint(checkpoint: PlainMapping, parts: Parts, runtime: Runtime) -> TrainingState:
    """Put the parts back to where the checkpoint was taken.

    Raises:
        ConfigError: the run was started with another precision, kind of device or number of threads, or compiled
            where this one is not, or the other way round.
        RunError: the checkpoint is not of this run.
    """
    try:
        return _restored(checkpoint, parts, runtime)
    except torch.OutOfMemoryError:
        raise  # a RuntimeError too, but no fault of the file
    except (AttributeError, KeyError, RuntimeError, TypeError, ValueError) as error:
        advice = "Delete checkpoints/last.pt, then the run starts anew."
        raise RunError(f"the checkpoint is not of this run ({type(error).__name__}). {advice}") from error


def _restored(checkpoint: PlainMapping, parts: Parts, runtime: Runtime) -> TrainingState:
    _refuse_other_runtime(checkpoint["runtime"], _fingerprint(runtime))
    parts.learning.load_state_dict(checkpoint)
    own = {key: value for key, value in checkpoint.items() if key in TrainingState.__dataclass_fields__}
    return TrainingState(**{**own, "selection": Selection(**checkpoint["selection"])})


def _fingerprint(runtime: Runtime) -> dict[str, str | int]:
    own: dict[str, str | int] = {"device": runtime.device.type, "precision": runtime.precision}
    return own | {"threads": runtime.threads, "compile": str(runtime.compiles).lower()}  # as they are typed


def _refuse_other_runtime(started: PlainMapping, now: PlainMapping) -> None:
    problems = [
        f"{key}: the run was started with {key}={started[key]}, got {now[key]}. "
        f"Go on with {key}={started[key]}, or train anew with rerun=true."
        for key in started
        if started[key] != now[key]
    ]
    if problems:
        raise ConfigError(*problems)
