"""Cores that this process may use, and threads that the user grants."""

from __future__ import annotations

import os


def num_cores() -> int:
    """Return the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def has_idle_core() -> bool:
    """Tell whether, of several cores, one has been idle in the last minute: another process takes no time from it."""
    is_busy = hasattr(os, "getloadavg") and os.getloadavg()[0] >= num_cores()
    return num_cores() > 1 and not is_busy


def granted_threads() -> int:
    """Return the threads that the user grants every process."""
    granted = os.environ.get("OMP_NUM_THREADS", "")
    return int(granted) if granted.isdecimal() and int(granted) > 0 else num_cores()
