"""How a run stands, by its files: waiting, running, ended, or died."""

from __future__ import annotations

import os
import socket

from cnnlab.base.schema import PlainMapping
from cnnlab.outputs.lock import is_held
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import read_status

DIED = "its process ended without a word: it was killed, or the memory was full."
"""Why a run has no result that could not say so itself."""


def standing(folder: RunFolder) -> str:
    """Return how a run stands: what its status.json says, "waiting" or "died".

    Died is a run that says it is running, while its process on this machine is gone; and one that was begun, but whose
    process got no further than its lock.
    """
    status = read_status(folder)
    said = status.get("status")
    if isinstance(said, str):
        return "died" if said == "running" and _is_gone(status) else said
    if not folder.lock.exists():
        return "waiting"
    return "running" if is_held(folder) else "died"


def _is_gone(status: PlainMapping) -> bool:
    if status.get("host") != socket.gethostname() or os.name == "nt":
        return False  # Windows: asking for a process by signal 0 would end it
    try:
        os.kill(int(status.get("pid") or 0), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False  # it is there, and someone else's
    return False
