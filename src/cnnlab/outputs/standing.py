"""How a run stands, by its files: waiting, running, ended, or died."""

from __future__ import annotations

import socket
from typing import get_args

from cnnlab.base.processes import is_gone
from cnnlab.base.schema import PlainMapping
from cnnlab.outputs.files import Folder
from cnnlab.outputs.lease import leases
from cnnlab.outputs.lock import is_held
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import State, read_status

DIED = "its process ended without a word: it was killed, or the memory was full."
"""Why a run has no result that could not say so itself."""
DAMAGED = "its status.json is damaged, so that no one knows how it stands. Repeat its command."
"""Why nothing can be said of a run that said something once."""


def standing(folder: RunFolder) -> str:
    """Return how a run stands: what its status.json says, "waiting", "died", or "damaged" where that makes no sense.

    Died is a run that says it is running, while its lease is over, or without one its process on this machine is gone;
    and one that was begun, but whose process got no further than its lock.
    """
    status = read_status(folder)
    said = status.get("status")
    if said is not None:
        if said not in get_args(State) or not isinstance(status.get("pid", 0), int):
            return "damaged"
        return "died" if said == "running" and _is_gone(status, folder) else str(said)
    if not folder.lock.exists():
        return "waiting"
    return "running" if is_held(folder) else "died"


def goes_on(study: Folder) -> bool:
    """Tell whether a sweep is at a study, by its status.json; of one on another machine, it is what that says last."""
    status = read_status(study)
    if status.get("status") != "running" or not isinstance(pid := status.get("pid", 0), int):
        return False
    return status.get("host") != socket.gethostname() or not is_gone(pid)


def _is_gone(status: PlainMapping, folder: RunFolder) -> bool:
    if found := leases(folder.path):
        return all(lease.is_over for lease in found)
    if status.get("host") == socket.gethostname():
        return is_gone(status.get("pid", 0))
    return not is_held(folder)
