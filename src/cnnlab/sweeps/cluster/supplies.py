"""What nodes are sent of the data that they lack."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from cnnlab.runs.outcome import Outcome
from cnnlab.sweeps.cluster.connection import RayOptions
from cnnlab.sweeps.cluster.orders import Kept, Order
from cnnlab.sweeps.cluster.shipping import Parcel, TooLarge, pack_data


class Supplies:
    """The data sets of a sweep that go along with its orders; each is packed once, when a node first lacks it.

    Args:
        options: of the launcher.
        keep: puts a parcel into the object store, from which a node fetches it once.
    """

    def __init__(self, options: RayOptions, keep: Callable[[Parcel], Kept[Parcel]]) -> None:
        self._options, self._keep = options, keep
        self._parcels: dict[Path, Kept[Parcel]] = {}

    def added(self, order: Order) -> Order:
        """Return an order with its data, if a node was found to lack it before."""
        from cnnlab.runs.data_at_hand import data_at_hand  # imports torch

        if not self._parcels or (data := data_at_hand(order.plain)) is None:
            return order
        return dataclasses.replace(order, parcel=self._parcels.get(data.folder))

    def resupplied(self, order: Order, *, host: str) -> Order | Outcome:
        """Return an order that can go out again to nodes without its data, or how the run has ended for want of it.

        Args:
            order: came back.
            host: the node.
        """
        from cnnlab.runs.data_at_hand import data_at_hand

        data = data_at_hand(order.plain)
        assert data is not None  # the node knew where it belongs
        if not self._options.ship_data or not data.folder.is_dir():
            if data.may_be_downloaded:
                return dataclasses.replace(order, is_sent_as_it_is=True)
            return Outcome(1, _missing(data.folder, host, can_be_sent=data.folder.is_dir()))
        if data.folder not in self._parcels:
            limit = self._options.ship_limit_gib
            try:
                self._parcels[data.folder] = self._keep(pack_data(data.folder, data.image_caches, limit_gib=limit))
            except TooLarge as error:
                return Outcome(1, _too_large(data.folder, host, gib=error.gib, limit=limit))
        return dataclasses.replace(order, parcel=self._parcels[data.folder])


def _missing(folder: Path, host: str, *, can_be_sent: bool) -> str:
    or_sent = ", or have it sent: hydra.launcher.ship_data=true" if can_be_sent else "."
    return f"dataset: no folder '{folder}' on node {host}. Put the data there{or_sent}"


def _too_large(folder: Path, host: str, *, gib: float, limit: float) -> str:
    return (
        f"hydra.launcher.ship_limit_gib: '{folder}' takes {gib:.2g} GiB, and node {host} lacks it, got {limit:g}. "
        "Put the data there, or raise the limit."
    )
