"""Memory that this process may still take. Imports no torch."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

_UNKNOWN = 2**32  # bytes, where the system tells nothing
_GROUPS = Path("/sys/fs/cgroup")


def free_memory_bytes() -> int:
    """Return the bytes of main memory that are free, or could be freed, for this process."""
    return min([_of_machine(), *_of_groups()])


def _of_machine() -> int:
    with contextlib.suppress(OSError):  # not Linux
        return _entry(Path("/proc/meminfo"), "MemAvailable:") * 1024
    with contextlib.suppress(AttributeError, OSError, ValueError):  # Windows
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    return _UNKNOWN


def _of_groups() -> Iterator[int]:
    """Yield what each limit of a container or a cluster's job leaves; a group's limit holds for those below it too."""
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    own = next((line.removeprefix("0::/") for line in lines if line.startswith("0::/")), "")
    folder = _GROUPS / own
    for group in (folder, *folder.parents):
        with contextlib.suppress(OSError, ValueError):  # no such group seen from here, or its limit is `max`
            limit = int((group / "memory.max").read_text())
            cached = _entry(group / "memory.stat", "inactive_file")  # given up before a process is
            yield limit - int((group / "memory.current").read_text()) + cached


def _entry(file: Path, name: str) -> int:
    return next(int(line.split()[1]) for line in file.read_text().splitlines() if line.split()[0] == name)
