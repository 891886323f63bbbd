"""How the runs of a sweep are carried out, as study.json tells it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Workers:
    """How many runs go on at the same time, and with what."""

    num: int = 1
    """Runs at a time, each in a process of its own; 1: one after the other, in the process of the sweep."""
    threads: int | None = None
    """CPU threads of each; None: what torch finds."""
    gpus: tuple[int, ...] = ()
    """One for each process; none: whatever the runs find."""
