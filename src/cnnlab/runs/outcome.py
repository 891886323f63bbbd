"""How a job ended, as launchers and sweeps are told. Imports no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """How a job ended."""

    code: int
    """0: fine, 1: the run failed, 2: its configuration is wrong."""
    reason: str = ""
    """What went wrong, where something did."""
    is_busy: bool = False
    """Whether another process was at the run; nothing was done."""
    is_taken_over: bool = False
    """Whether another process has taken the run over, since this one was not heard of; it is busy there."""
    is_short_of_memory: bool = False
    """Whether a GPU had not the memory for it, beside whatever else was there."""
    is_device_lost: bool = False
    """Whether the process can use its GPU no more: whatever was at it has failed, through no fault of its own."""
    notes: Sequence[str] = ()
    """What is to be told of it, a line each; nothing of it concerns the result."""
    traceback: str = ""
    """Of an exception that nobody foresaw."""
