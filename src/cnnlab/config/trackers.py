"""Which trackers there are, and whether what they need is installed. Imports none of them."""

from __future__ import annotations

import importlib.util
import shlex
import sys
from collections.abc import Mapping, Sequence
from typing import Literal

from cnnlab.base.errors import ConfigError

TrackerName = Literal["tensorboard", "mlflow", "wandb", "trackio"]
"""Also what the tracker is imported as."""


def check_installed(names: Sequence[TrackerName]) -> None:
    """See that trackers can be imported; none is.

    Raises:
        ConfigError: one is not installed; with the command that installs it.
    """
    if missing := [name for name in names if importlib.util.find_spec(name) is None]:
        raise ConfigError(*(f"tracker: {name} is not installed. Install it: {_command(name)}" for name in missing))


def _command(name: TrackerName) -> str:
    return shlex.join([sys.executable, "-m", "pip", "install", *REQUIREMENTS[name]])


REQUIREMENTS: Mapping[TrackerName, Sequence[str]] = {
    "tensorboard": ("tensorboard>=2.16",),
    "mlflow": ("mlflow-skinny>=3", "sqlalchemy>=2", "alembic>=1.10"),  # without MLflow's pages: a tenth of its size
    "wandb": ("wandb>=0.31",),
    "trackio": ("trackio>=0.43",),
}
