"""What nodes are sent of the data that they lack."""

import re
from pathlib import Path

import pytest

from cnnlab.sweeps.cluster.connection import RayOptions
from cnnlab.sweeps.cluster.home import Home
from cnnlab.sweeps.cluster.orders import Kept, Order
from cnnlab.sweeps.cluster.supplies import Supplies
from tests.conftest import composed


@pytest.fixture
def flowers(in_empty_folder):
    """Return a folder of images, as far as its size goes."""
    folder = in_empty_folder / "flowers"
    folder.mkdir()
    (folder / "1.png").write_bytes(b"r" * 2000)
    return folder


def order(*words):
    home = Home("here", Path.cwd(), Path.cwd())
    return Order("run", composed(*words), (), home, threads=1, num_sharing=1, version="1")


def of_folder(folder):
    return order("dataset=image_folder", f"dataset.root={folder}")


@pytest.fixture
def kept():
    """What was put into the store."""
    return []


def supplies(kept, **options):
    return Supplies(RayOptions(**options), lambda parcel: kept.append(parcel) or Kept(len(kept)))


def test_data_is_packed_once_and_goes_along_from_then_on(flowers, kept):
    goods = supplies(kept, ship_data=True)
    assert goods.added(of_folder(flowers)).parcel is None
    assert goods.resupplied(of_folder(flowers), host="n1").parcel == Kept(1)
    assert goods.resupplied(of_folder(flowers), host="n2").parcel == Kept(1)
    assert goods.added(of_folder(flowers)).parcel == Kept(1)
    assert goods.added(order("dataset=digits")).parcel is None
    assert [parcel.data for parcel in kept] == [{"1.png": b"r" * 2000}]


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        ("flowers", "Put the data there, or have it sent: hydra.launcher.ship_data=true"),
        ("nowhere", "Put the data there."),
    ],
)
def test_run_whose_data_is_not_sent_says_where_it_belongs(flowers, kept, where, reason):
    folder = flowers.with_name(where)
    outcome = supplies(kept).resupplied(of_folder(folder), host="n1")
    assert (outcome.code, outcome.reason) == (1, f"dataset: no folder '{folder}' on node n1. {reason}")


def test_data_that_may_come_by_itself_is_left_to_the_node(flowers, kept):
    assert supplies(kept).resupplied(order("dataset=mnist"), host="n1").is_sent_as_it_is
    assert supplies(kept, ship_data=True).resupplied(order("dataset=mnist"), host="n1").is_sent_as_it_is


def test_data_over_the_limit_is_not_sent(flowers, kept):
    outcome = supplies(kept, ship_data=True, ship_limit_gib=1e-6).resupplied(of_folder(flowers), host="n1")
    assert re.fullmatch(
        rf"hydra\.launcher\.ship_limit_gib: '{flowers}' takes 1\.9e-06 GiB, and node n1 lacks it, got 1e-06\. "
        r"Put the data there, or raise the limit\.",
        outcome.reason,
    )
    assert kept == []
