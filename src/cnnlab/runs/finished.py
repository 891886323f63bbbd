"""A run that is finished already: found by its name, without torch; nothing of it is trained."""

from __future__ import annotations

from dataclasses import dataclass

from cnnlab.base.schema import Plain
from cnnlab.config.run_config import RunConfig
from cnnlab.outputs.lock import disk_errors
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import FINAL, read_status
from cnnlab.outputs.summary_file import read_summary


@dataclass(frozen=True)
class RunEnd:
    """How a run stands after the command."""

    folder: RunFolder
    status: str
    summary: Plain
    is_new: bool
    """Whether this command trained it; False if it was finished before."""


def finished(folder: RunFolder) -> RunEnd | None:
    """Return how a run has ended, None if it has not.

    Raises:
        RunError: its summary cannot be read.
    """
    status = read_status(folder).get("status")
    return RunEnd(folder, status, read_summary(folder), is_new=False) if status in FINAL else None


def remember(folder: RunFolder, config: RunConfig) -> None:
    """Take up what is to be remembered of a run that is finished already; nothing of it is trained."""
    typed = {"tags": list(config.tags), "note": config.note}
    wanted = {key: value for key, value in typed.items() if value}
    plain = folder.read_config() if wanted else {}
    if any(plain.get(key) != value for key, value in wanted.items()):
        with disk_errors(folder.path):
            folder.write_config(plain | wanted, folder.read_overrides())
