"""What a tracker is, and what it is told of a run. Imports no tracker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

PROJECT = "cnnlab"
"""What runs stand under where a tracker asks for a project or an experiment, unless its own variable names one."""


@dataclass(frozen=True)
class TrackedRun:
    """A run as it is shown to a tracker."""

    run_id: str
    study: str | None
    """The study or sweep that it belongs to."""
    tags: Sequence[str]
    settings: Mapping[str, str]
    """The configuration, flat, without what is off or says nothing about training: `optimizer.lr` -> text."""
    folder: Path
    """Of the run."""
    outputs: Path
    """Of all runs and studies."""
    epochs_done: int
    """Epochs that were trained before; the tracker may know more, or none."""
    is_anew: bool
    """Whether it is trained again from the start, as it was asked to: what is known of it is another training."""


@dataclass(frozen=True)
class End:
    """How a run ended."""

    status: str
    """As in status.json; `running` where another process is at it now."""
    figures: Mapping[str, float]
    """Of summary.json: `summary/test.accuracy` -> number. None of a run without a summary."""
    pictures: Sequence[Path]
    """PNG files."""
    epochs: int
    """The last epoch."""


class Tracker(Protocol):
    """One run in one tracker. Each call may raise whatever the library does, and may take its time."""

    last_epoch: int
    """The last epoch that the tracker has from before; 0: none."""

    def log(self, epoch: int, figures: Mapping[str, float]) -> None:
        """Take in an epoch: column of metrics.csv -> number."""

    def end(self, end: End) -> None:
        """Take in how the run ended, and see that all is written."""


Open = Callable[[TrackedRun], Tracker]
"""Begins a run in a tracker, or goes on with it."""
