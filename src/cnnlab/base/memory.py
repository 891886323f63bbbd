"""Memory: what the process keeps, what it took at most, and what is said when it does not suffice."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import gc
import platform
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import torch

from cnnlab.base.errors import RunError

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of glibc's mallopt
_LARGE = 2**25  # bytes of a block that goes back at once: networks with such ones gain nothing and need the memory
_HELD = 2**28  # bytes


def hold_freed_memory() -> None:
    """Let the process keep the memory that a training step frees, for the next step.

    glibc gives large blocks back at once, and the kernel hands them out again page by page, each filled with zeros: a
    quarter of a step of cnn6 on two cores. Elsewhere nothing happens.
    """
    if (libc := _glibc()) is not None:
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE)
        libc.mallopt(_M_TRIM_THRESHOLD, _HELD)


def release_memory() -> None:
    """Give back what runs held: the next run of the process may need it, or another process. No run may go on."""
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        gc.collect()  # a failed run's tensors hang in the circle of its traceback
        torch._C._cuda_clearCublasWorkspaces()  # one per stream, 32 MiB, and each run has a stream of its own
        torch.cuda.empty_cache()
    if (libc := _glibc()) is not None:
        libc.malloc_trim(0)


@functools.cache
def _glibc() -> ctypes.CDLL | None:
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    return libc if hasattr(libc, "mallopt") else None  # musl has no such switches


def reset_peak_memory(device: torch.device) -> None:
    """Let the peak count from here: an earlier run of the process may have taken more."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    with contextlib.suppress(OSError):  # not Linux, or not allowed: the process's peak stands for the run's
        Path("/proc/self/clear_refs").write_text("5")


def peak_memory_bytes(device: torch.device) -> int:
    """Return the most memory that was in use since the run began: of the GPU, or of this process on the CPU."""
    return torch.cuda.max_memory_allocated(device) if device.type == "cuda" else process_peak_bytes()


def process_peak_bytes() -> int:
    """Return the most memory that this process took since it was last reset."""
    with contextlib.suppress(OSError):
        lines = Path("/proc/self/status").read_text().splitlines()
        return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if platform.system() == "Darwin" else peak * 1024


@contextlib.contextmanager
def memory_errors(what: str, *keys: str) -> Iterator[None]:
    """Turn memory that does not suffice into one message, on the CPU and on a GPU.

    Args:
        what: that is made inside; ends `not enough memory for`.
        keys: what to make smaller.

    Raises:
        RunError: in place of an error of NumPy, Pillow, Python or torch.
    """
    try:
        yield
    except (MemoryError, OverflowError, RuntimeError, TypeError, ValueError) as error:
        text = str(error)
        is_clear = isinstance(error, MemoryError | OverflowError | torch.OutOfMemoryError)
        if not is_clear and not _OUT_OF_MEMORY.search(text):
            raise
        wanted = _WANTED.search(text)
        size = "" if wanted is None else f" (it takes {_gib(wanted[1], wanted[2])})"
        raise RunError(f"not enough memory for {what}{size}. Make smaller: {', '.join(keys)}.") from error


_OUT_OF_MEMORY = re.compile(  # what torch's CPU allocator and NumPy say of it, sizes beyond 64 bits included
    "can't allocate memory|not enough memory|calculation overflowed|multiplication overflow|Overflow when unpacking"
    "|array is too big|Maximum allowed dimension exceeded"
)
_WANTED = re.compile(r"allocate ([\d.]+) ?(bytes|[KMGTPE]iB)", re.IGNORECASE)


def _gib(number: str, unit: str) -> str:
    power = "KMGTPE".index(unit[0]) - 2 if unit.endswith("iB") else -3
    return f"{float(number) * 1024.0**power:,.1f} GiB"
