"""A run that goes on beyond its last epoch: it becomes the run of more epochs, with the bits that this has anyway.

That run has a folder of its own, which begins with a copy of the checkpoint and of the epochs' rows. It is the same run
only where the first epochs know nothing of the last: where the schedule is told how long training takes, they do.
"""

from __future__ import annotations

import dataclasses

from cnnlab.base.errors import ConfigError
from cnnlab.base.schema import Invalid, NonNegativeInt, coerce
from cnnlab.config.run_config import RunConfig
from cnnlab.outputs.lock import disk_errors, held
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.standing import standing
from cnnlab.outputs.status import FINAL
from cnnlab.training.schedulers import UNTIMED

TIMED_KEYS = ("progressive_size", "progressive_freezing")
"""What depends on how many epochs there are, besides schedules."""


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
        return f"it was trained for {config.epochs}, which are more"
    schedule = config.chosen("scheduler").name
    if schedule not in UNTIMED:
        return (
            f"its schedule, {schedule}, falls towards the last epoch, so a run of {epochs} begins otherwise. These can "
            f"go on: {', '.join(UNTIMED)}"
        )
    if (key := next((key for key in TIMED_KEYS if getattr(config, key) is not None), None)) is not None:
        return f"{key} is told how long training takes, so a run of {epochs} begins otherwise"
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
