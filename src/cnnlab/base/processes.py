"""Processes: whether one is there, and how those that help another one end with it."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import connection
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from types import ModuleType


def is_gone(pid: int) -> bool:
    """Tell whether there is no process of that number on this machine; where that cannot be known, there is one."""
    if os.name == "nt":
        return False  # asking for a process by signal 0 would end it
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):  # also a number that no process has
        return True
    except PermissionError:
        return False  # it is there, and someone else's
    return False


def machine() -> str:
    """Return what names this machine, from one start of it to the next, and those of its processes that are seen."""
    parts = [socket.gethostname()]
    with contextlib.suppress(OSError):  # not Linux
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        parts.append(os.readlink("/proc/self/ns/pid"))  # noqa: PTH115 - it leads to no path. Containers differ in it
    return " ".join(parts)


def born(pid: int) -> str | None:
    """Return what tells a living process from others that had or get its number; None where that cannot be known."""
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):  # gone, or not Linux
        return None
    return None if state in ("Z", "X") else fields[18]  # ended, though its parent has not asked yet; its start


@contextlib.contextmanager
def interrupts_kept_off() -> Iterator[None]:
    """Let processes that begin here not hear of Ctrl-C even before `help_parent` is called: it would break them off."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])  # they take it over; here it only waits
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Helper(SpawnProcess):
    """A process that begins without the main module of its parent: a script that calls cnnlab would run again in it."""

    def start(self) -> None:
        """Start it."""
        main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
        try:
            super().start()
        finally:
            sys.modules["__main__"] = main


class _Helpers(SpawnContext):
    Process = _Helper


def pool_of_helpers(num: int) -> ProcessPoolExecutor:
    """Return a pool of processes that end with this one. Spawned: one forked beside threads of torch may hang."""
    return ProcessPoolExecutor(num, mp_context=_Helpers(), initializer=help_parent)


def help_parent() -> None:
    """Leave Ctrl-C and a closed terminal to the parent, and end with it, however it ends; a pool's workers begin so.

    SIGTERM is not ignored: by it, a pool ends its workers.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # they reach all processes; the parent acts on them
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os._exit(1)  # at once: its work is of no use any more
