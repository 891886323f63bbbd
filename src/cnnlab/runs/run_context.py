"""What a run is told besides its configuration."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from cnnlab.base.stopping import Stop
from cnnlab.data.library import DataLibrary
from cnnlab.runs.console import RunConsole
from cnnlab.runs.tracking.tracking import Tracking

if TYPE_CHECKING:
    from cnnlab.training.tracks import Track


@dataclass(frozen=True, kw_only=True)
class RunContext:
    """What one run is told besides its configuration; no result depends on it.

    The process's own are `library` and `stop`, which its runs share; all else is of this run alone.
    """

    library: DataLibrary = field(default_factory=DataLibrary)
    """Holds what earlier runs of the process have read."""
    stop: Stop = field(default_factory=Stop)
    """Asked before the data is read, before training, and after each epoch. One that hears nothing: Ctrl-C means what
    it means outside, and nothing waits for the end of an epoch."""
    in_sweep: bool = False
    """Say nothing on the terminal and draw no pictures: the sweep shows its runs, and draws at its end."""
    track: Track | None = None
    """The run's own, if others take turns with it; its turn has come when the track is ready."""
    num_at_once: int = 1
    """Runs that share the machine, each in a process: recorded, since its seconds are not its own then."""
    tracking: Tracking = field(default_factory=Tracking)
    """Tells the trackers that the run asks for; ended by whoever carries it out, once there are pictures."""

    @cached_property
    def console(self) -> RunConsole:
        """Where the run is told; it takes a moment to make, and what is refused needs none."""
        return RunConsole(is_quiet=self.in_sweep)
