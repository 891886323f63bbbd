"""What travels between a sweep and the nodes of its cluster: an order there, an answer back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from cnnlab.base.schema import Plain
from cnnlab.runs.outcome import Outcome
from cnnlab.sweeps.cluster.home import Home
from cnnlab.sweeps.cluster.shipping import Files, Parcel

T = TypeVar("T")


@dataclass(frozen=True)
class Kept(Generic[T]):
    """What lies in the cluster's object store; a node fetches it when it needs it, and not before."""

    reference: object
    """Ray's own."""

    def fetched(self) -> T:
        """Return it."""
        import ray

        value: T = ray.get(self.reference)
        return value


@dataclass(frozen=True)
class Order:
    """One run, for whatever node takes it."""

    run_id: str
    plain: Plain
    """Its configuration; paths are whole, as on the machine of the sweep."""
    overrides: tuple[str, ...]
    home: Home
    threads: int
    num_sharing: int
    """Workers that share the memory of a node, at most."""
    version: str
    """Of what the sweep works with; see `worker.version`."""
    begun: Kept[Files] | None = None
    """What an earlier command has done of the run, for a node that does not see outputs/."""
    parcel: Kept[Parcel] | None = None
    """The run's data set, for a node that lacks it."""
    times_stopped: int = 0
    """How often a node has stopped it, as one does that is about to go."""
    is_sent_as_it_is: bool = False
    """Whether a node that lacks the data shall try all the same: it may download it."""


@dataclass(frozen=True)
class Answer:
    """How an order was carried out."""

    host: str
    outcome: Outcome | None
    """None where the run did not come to its end: it was stopped, or the node lacks the data."""
    files: Files | None = None
    """Of the run, where the node does not see outputs/."""
    lacks: str | None = None
    """The folder of data that is not there."""
