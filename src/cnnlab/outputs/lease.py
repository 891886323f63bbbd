"""The lease of a run: a file that says who trains it, for machines that share the disk but no locks.

`.lease-<n>` names its holder, who touches it every few seconds; the last one counts. A lease is over when its process
is gone, which only its own machine can see, or, for all others, when it was not touched for `LEASE_SECONDS` by the
clock of the disk: the clocks of machines do not matter. Taking a run means to create the file of the next number, which
of any two only one can; then to look whether all others are over still, and only then to remove them. So of two that
take different numbers the later one sees the earlier one. A holder that was not heard of, say because its machine
slept, finds its file gone, and stops.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cnnlab.base.drafts import draft_of
from cnnlab.base.errors import TakenOver
from cnnlab.base.processes import born, is_gone, machine
from cnnlab.base.schema import PlainMapping
from cnnlab.outputs.files import Folder
from cnnlab.outputs.status import read_status

LEASE_SECONDS = 60.0
"""Without a sign of life from its holder, other machines take a run over after so long."""
_HEARTBEAT = LEASE_SECONDS / 6  # seconds between two signs of life
_SETTLE = 2.0  # seconds in which one that comes back at this very moment ends what it is writing
_NAME = re.compile(r"\.lease-([1-9]\d{0,8})")


@dataclass(frozen=True)
class Lease:
    """A lease as it was read."""

    path: Path
    number: int
    owner: PlainMapping
    """Who holds it: `host`, `pid`, `machine`, `born`, `token`; {} while it is being written."""
    touched: float
    """When it was last touched, in s, by the clock of the disk."""

    @property
    def is_over(self) -> bool:
        """Whether no one holds it any more."""
        pid = self.owner.get("pid")
        if self.owner.get("machine") == machine() and isinstance(pid, int):
            return is_gone(pid) or born(pid) != self.owner.get("born")
        return _age(self) > LEASE_SECONDS


def leases(folder: Path) -> list[Lease]:
    """Return the leases of a run, the one that counts last; a machine that died has left one."""
    try:
        names = [path.name for path in folder.iterdir()]
    except OSError:
        return []
    numbers = sorted(int(match[1]) for name in names if (match := _NAME.fullmatch(name)) is not None)
    found = (_read(_path(folder, number), number) for number in numbers)
    return [lease for lease in found if lease is not None]


def take(folder: Path) -> Hold | None:
    """Take a run whose folder is there; None where another process holds it, or takes it at this moment.

    Raises:
        OSError: the folder cannot be written.
    """
    before = leases(folder)
    if not all(lease.is_over for lease in before):
        return None
    number = before[-1].number + 1 if before else 1
    path, token = _path(folder, number), secrets.token_hex(8)
    try:
        _create(path, token)
    except FileExistsError:
        return None
    others = [lease for lease in leases(folder) if lease.number != number]
    if not all(lease.is_over for lease in others):
        path.unlink(missing_ok=True)
        return None
    for lease in others:
        lease.path.unlink(missing_ok=True)
    if any(lease.owner.get("machine") != machine() for lease in others):
        time.sleep(_SETTLE)
    return Hold(path, token)


class Hold:
    """A run that this process holds, until it is released or another one has taken it over.

    Args:
        path: of the lease.
        token: that no other lease has.
    """

    def __init__(self, path: Path, token: str) -> None:
        self._path, self._token = path, token
        self._released = threading.Event()
        self.is_lost = False
        """Whether another process was seen to have taken the run over."""
        self._thread = threading.Thread(target=self._touch, daemon=True)
        self._thread.start()

    def look(self) -> None:
        """Go on, or end the run, whose files are another's now: asked before they are written.

        Raises:
            TakenOver: another process has taken it over, since this one was not heard of.
        """
        if not self._is_ours():
            folder = self._path.parent
            *_, owner = [read_status(Folder(folder)), *(lease.owner for lease in leases(folder))]
            raise TakenOver(
                f"{folder.name}: was taken over by {_called(owner)}, since this one had not been heard from for "
                f"{LEASE_SECONDS:g} s. It stops here and writes nothing more."
            )

    def release(self) -> None:
        """Let others have the run; what they hold already is left alone."""
        self._released.set()
        self._thread.join()
        if self._is_ours():
            self._path.unlink(missing_ok=True)

    def _touch(self) -> None:
        while not self._released.wait(_HEARTBEAT) and self._is_ours():
            with contextlib.suppress(OSError):  # the disk is away for a moment
                os.utime(self._path)

    def _is_ours(self) -> bool:
        if not self.is_lost:
            try:
                lease = _read(self._path, 0)
            except OSError:
                return True  # the disk is away: neither can another take it over
            self.is_lost = lease is None or lease.owner.get("token") != self._token
        return not self.is_lost


def _path(folder: Path, number: int) -> Path:
    return folder / f".lease-{number}"


def _create(path: Path, token: str) -> None:
    pid = os.getpid()
    owner = {"host": socket.gethostname(), "pid": pid, "machine": machine(), "born": born(pid), "token": token}
    with path.open("x", encoding="utf-8") as file:
        try:
            file.write(json.dumps(owner))
            file.flush()
        except OSError:
            path.unlink(missing_ok=True)
            raise


def _read(path: Path, number: int) -> Lease | None:
    """Return a lease, None where there is none.

    Raises:
        OSError: it cannot be read.
    """
    try:
        with path.open("rb") as file:  # opening asks the server of a shared disk anew, looking alone need not
            touched, text = os.fstat(file.fileno()).st_mtime, file.read()
    except FileNotFoundError:
        return None
    try:
        owner = json.loads(text)
    except ValueError:
        owner = {}
    return Lease(path, number, owner if isinstance(owner, dict) else {}, touched)


def _age(lease: Lease) -> float:
    """Return for how many seconds a lease was not touched; 0 where that cannot be known."""
    by_this_clock = time.time() - lease.touched
    if 0 <= by_this_clock < 2 * _HEARTBEAT:
        return by_this_clock  # a clock that is behind can only be mistaken for as long
    probe = draft_of(lease.path)
    try:
        with probe.open("xb") as file:
            os.utime(probe)
            return os.fstat(file.fileno()).st_mtime - lease.touched
    except OSError:
        return 0.0  # one who may not write here takes nothing over
    finally:
        probe.unlink(missing_ok=True)


def _called(owner: PlainMapping) -> str:
    known = {"pid", "host"} <= owner.keys()
    return f"process {owner['pid']} on {owner['host']}" if known else "another process"


def holder_elsewhere(found: Sequence[Lease]) -> str | None:
    """Return who holds a run on another machine; None where no one does."""
    living = [lease for lease in found if lease.owner.get("machine") != machine() and not lease.is_over]
    return _called(living[-1].owner) if living else None
