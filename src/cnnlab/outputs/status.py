"""status.json: what a run says of itself. Written and read here alone."""

from __future__ import annotations

import os
import socket
import time
from datetime import datetime
from typing import Literal

from cnnlab.base.schema import Plain
from cnnlab.outputs.files import Folder

State = Literal["running", "finished", "failed", "diverged", "interrupted", "pruned"]
"""What a run can say of itself."""
FINAL: tuple[State, ...] = ("finished", "diverged")
"""A run in one of these states is not trained again: the same command would give the same result."""
_FILE = "status.json"
_FORMAT = "%Y-%m-%dT%H:%M:%S%z"


def read_status(folder: Folder) -> Plain:
    """Return what a run says: `status`, of State, who is at it since when, `error` where something went wrong.

    {} where it has said nothing yet, or what it said is damaged.
    """
    return folder.read_json(_FILE)


def write_status(folder: Folder, state: State, **more: object) -> None:
    """Say how a run stands, by the process that is at it."""
    began = read_status(folder).get("started") if state != "running" else None
    times = {"started": began or _now()} | ({} if state == "running" else {"ended": _now()})
    folder.write_json(_FILE, {"status": state, "pid": os.getpid(), "host": socket.gethostname(), **times, **more})


def correct_status(folder: Folder, state: State, *, error: str) -> None:
    """Say why a run has ended whose process could not; what it had said before is kept."""
    folder.write_json(_FILE, {**read_status(folder), "status": state, "error": error})


def said_at(folder: Folder) -> float | None:
    """Return when a run last said how it stands, in s as of `time.time`; None if it has said nothing yet."""
    try:
        return (folder.path / _FILE).stat().st_mtime
    except OSError:
        return None


def began(folder: Folder) -> float | None:
    """Return when a run was begun, or gone on with, last, in s as of `time.time`; None where it does not say."""
    try:
        return datetime.strptime(str(read_status(folder).get("started")), _FORMAT).timestamp()
    except ValueError:
        return None


def _now() -> str:
    return time.strftime(_FORMAT)
