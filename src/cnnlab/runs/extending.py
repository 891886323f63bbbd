"""A run that goes on beyond its last epoch: it becomes the run of more epochs, with the bits that this has anyway.

That run has a folder of its own, which begins with a copy of the checkpoint and of the epochs' rows. It is the same run
only where the first epochs know nothing of the last: where the schedule is told how long training takes, they do.

Where `stages` says that a run is one of several with more and more epochs, each begins so by itself.
"""

from __future__ import annotations

import contextlib
import dataclasses

from cnnlab.base.errors import ConfigError
from cnnlab.base.hashing import FileHashes
from cnnlab.base.schema import Invalid, NonNegativeInt, PlainMapping, coerce
from cnnlab.config.identity import identify
from cnnlab.config.run_config import RunConfig
from cnnlab.outputs.lock import disk_errors, held
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.standing import standing
from cnnlab.outputs.status import FINAL, read_status
from cnnlab.training.schedulers import UNTIMED

TIMED_KEYS = ("progressive_size", "progressive_freezing")
"""What depends on how many epochs there are, besides schedules."""
_MAKES_BITS = (
    "schema", "cnnlab", "torch", "torchvision", "numpy", "cuda", "cudnn", "device", "device_name", "threads",
    "precision", "compile", "plugins",
)  # fmt: skip
"""Of env.json: what two runs agree in, one of which begins with the other's epochs as if they were its own."""


def with_epochs(config: RunConfig, text: str) -> RunConfig:
    """Return a run's configuration with another number of epochs.

    Args:
        config: of the run.
        text: as typed.

    Raises:
        ConfigError: it is no number of epochs.
    """
    try:
        return dataclasses.replace(config, epochs=coerce(text, NonNegativeInt))
    except Invalid as error:
        raise ConfigError(f"epochs: {error}.") from None


def can_go_on(config: RunConfig) -> bool:
    """Tell whether the first epochs of a run are those of a longer one."""
    return _may_go_on(config) and config.chosen("scheduler").name in UNTIMED


def could_go_on(config: RunConfig) -> bool:
    """Tell whether they would be, with a schedule that does not know how long training takes, and are not."""
    return _may_go_on(config) and not can_go_on(config)


def _may_go_on(config: RunConfig) -> bool:
    return config.learns == "in steps" and _timed_key(config) is None


def _timed_key(config: RunConfig) -> str | None:
    """Return a key of a run that is told how long training takes; None: there is none."""
    return next((key for key in TIMED_KEYS if getattr(config, key) is not None), None)


def problem_of_extending(folder: RunFolder, config: RunConfig, epochs: int) -> str | None:
    """Return why a run cannot go on to so many epochs, None if it can.

    Args:
        folder: of the run.
        config: of the run.
        epochs: that are wanted.
    """
    if config.learns != "in steps":
        return "it is not trained in epochs"
    if epochs < config.epochs:
        return f"it was trained for {config.epochs} already"
    if (schedule := config.chosen("scheduler").name) not in UNTIMED:
        return (
            f"its schedule, {schedule}, falls towards the last epoch, so a run of {epochs} begins differently. These "
            f"can go on: {', '.join(UNTIMED)}"
        )
    if (key := _timed_key(config)) is not None:
        return f"{key} depends on how long training takes, so a run of {epochs} begins differently"
    if not folder.has_checkpoint("last.pt"):
        return "its last checkpoint is gone, since it was trained without keep=last"
    return None


def extend(folder: RunFolder, longer: RunFolder) -> None:
    """Begin the run of more epochs where another one has ended, unless it has been begun already.

    Args:
        folder: of the run that goes on.
        longer: of what it becomes.

    Raises:
        Busy: another process is at it.
        RunError: it cannot be written.
    """
    with held(longer), disk_errors(longer.path):
        if standing(longer) not in FINAL and not longer.has_checkpoint("last.pt"):
            longer.take_over(folder)


def is_gone_on_from(config: RunConfig) -> bool:
    """Tell whether a run of a later stage may begin with the last checkpoint of this one."""
    return can_go_on(config) and any(epochs > config.epochs for epochs in config.stages or ())


def begin_with_stage(folder: RunFolder, config: RunConfig, made_in: PlainMapping, *, hashes: FileHashes) -> None:
    """Begin a run with the epochs of an earlier stage, unless it has been begun already or its bits would be others.

    Args:
        folder: of the run, which is held.
        config: of the run.
        made_in: what env.json is to say of it.
        hashes: of the files that name runs.
    """
    if folder.has_checkpoint("last.pt") or not can_go_on(config):
        return
    for epochs in sorted((epochs for epochs in config.stages or () if epochs < config.epochs), reverse=True):
        earlier = dataclasses.replace(config, epochs=epochs)
        stage = RunFolder(folder.path.parent / identify(earlier, hashes).run_id)
        if _has_its_bits(stage, made_in):
            with contextlib.suppress(FileNotFoundError):  # another sweep needs it no more
                folder.clear()
                folder.take_over(stage)
                return


def _has_its_bits(stage: RunFolder, made_in: PlainMapping) -> bool:
    """Tell whether a run is finished, can be gone on from, and was made as another is."""
    if read_status(stage).get("status") != "finished" or not stage.has_checkpoint("last.pt"):
        return False
    before = stage.read_environment()
    return all(before.get(key) == made_in.get(key) for key in _MAKES_BITS)
