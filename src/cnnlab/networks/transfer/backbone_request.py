"""What a run asks of the table of backbones, besides the user's options."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cnnlab.base.progress import Progress
from cnnlab.networks.transfer.network import Backbone
from cnnlab.networks.transfer.published import Layer
from cnnlab.networks.transfer.weights import StateDict


class OpenRun(Protocol):
    """A finished run's folder -> its network as a backbone."""

    def __call__(self, path: Path, seed: int, *, layer: Layer, loads: bool) -> Backbone:
        """Return the network, of initial weights where `loads` is false."""


@dataclass(frozen=True)
class Request:
    """What a run wants of a backbone, besides the user's options."""

    name: str
    """Its key in the table."""
    seed: int
    """Of the initial weights, which stay where no others are loaded."""
    open_run: OpenRun
    """Makes a backbone of a finished run, of whose files networks know nothing."""
    loads: bool = True
    """False leaves the weights out, for a training from scratch or for others to be loaded."""
    progress: Progress | None = None
    """Told of a download."""
    state: StateDict | None = None
    """Weights that are at hand, of the network without what was taken off; None: they are read as `weights` says."""
