"""The folder that a sweep works in: whether a node sees the same one, and where a node works that does not."""

from __future__ import annotations

import contextlib
import getpass
import hashlib
import os
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cnnlab.base.drafts import draft_folder, remove_abandoned
from cnnlab.outputs.files import OUTPUTS
from cnnlab.outputs.lock import disk_errors

_TOKEN = "token"


@dataclass(frozen=True)
class Home:
    """Where a sweep works, as nodes are told."""

    host: str
    folder: Path
    """In which the command was typed; outputs/ lies in it."""
    desk: Path
    """A folder in outputs/ that is there for as long as the sweep is; it holds a token."""

    def is_here(self) -> bool:
        """Tell whether this machine sees the folder: a token in it says that it is no other one of that name."""
        return (self.desk / _TOKEN).is_file()

    @property
    def elsewhere(self) -> Path:
        """Where a node works that does not see it: a place that the same sweep finds again."""
        key = hashlib.sha256(f"{self.host}\0{self.folder}".encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"cnnlab-{_user()}" / key

    def said(self, run_id: str) -> Path:
        """Return where a node that sees the folder keeps what a run prints; it stays if the worker dies."""
        return self.desk / f"{run_id}.log"

    def enter(self) -> bool:
        """Work in the folder from now on, or elsewhere where it is not seen; return whether it is."""
        is_shared = self.is_here()
        place = self.folder if is_shared else self.elsewhere
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.chdir(place)
        return is_shared


@contextlib.contextmanager
def home_here() -> Iterator[Home]:
    """Put down the token; it is gone afterwards, with those of sweeps that were killed.

    Raises:
        RunError: outputs/ cannot be written.
    """
    with contextlib.ExitStack() as stack:
        with disk_errors(OUTPUTS):
            remove_abandoned(OUTPUTS)
            desk = stack.enter_context(draft_folder(OUTPUTS / "ray")).absolute()
            (desk / _TOKEN).touch()
        yield Home(socket.gethostname(), Path.cwd(), desk)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a number without a name, as in a container
        return str(os.getuid())
