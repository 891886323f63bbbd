"""Which runs can be looked into: those that are finished and have kept their weights."""

from __future__ import annotations

import shlex

from cnnlab.base.errors import ConfigError
from cnnlab.outputs.finding import called
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import read_status
from cnnlab.outputs.summary_file import look_up


def check_has_weights(run: RunFolder) -> None:
    """Refuse a run whose selected weights there are not.

    Raises:
        ConfigError: it is not finished, has diverged, or was trained with keep=none; the text says what to do.
    """
    status = read_status(run).get("status", "not there")
    anew = shlex.join(["cnnlab", _command(run), *(w for w in run.read_overrides() if not w.startswith("keep="))])
    if status == "diverged":
        raise ConfigError(f"run: {run.run_id} has diverged, it has no weights worth a look. Train another: {anew}")
    if status != "finished":
        go_on = shlex.join(["cnnlab", "resume", called(run)])
        raise ConfigError(f"run: {run.run_id} is {status}, there is no result to look into yet. Finish it: {go_on}")
    if not run.has_checkpoint("best.pt") and look_up(run.read_config(), "keep") == "none":
        raise ConfigError(
            f"run: {run.run_id} kept no weights, since it was trained with keep=none. Train it anew: {anew} rerun=true"
        )


def _command(run: RunFolder) -> str:
    return "train" if look_up(run.read_config(), "backbone") is None else "transfer"
