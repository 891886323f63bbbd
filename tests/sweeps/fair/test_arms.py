"""An arm of a fair comparison: what it is while it is searched, and what is told of its search."""

import pytest

from cnnlab.outputs.study_folder import GridRow
from cnnlab.sweeps.designs import Ended
from cnnlab.sweeps.fair.arms import searched, untuned, untuned_row
from cnnlab.sweeps.points import Point
from tests.sweeps.fair.fair_maker import SPACE, arm, best_at, fair_of, led

EDGES = [
    ("0.001", True),
    ("0.00141", True),
    ("0.00142", False),
    ("0.1", False),
    ("0.7", False),
    ("0.71", True),
    ("1", True),
]


@pytest.mark.parametrize(("rate", "is_edge"), EDGES)  # 5 % of three decades are 0.15: 0.001 to 0.00141, 0.708 to 1
def test_rate_at_the_edge_of_the_space_is_told(rate, is_edge):
    one = arm("sgd", rates=[rate, "0.03"])
    led(fair_of(one, arm("adam")), best_at(sgd=rate, adam="0.01"))
    told = one.told()
    assert told.values == {"optimizer.lr": rate}
    assert told.edges == ({"optimizer.lr": "log(0.001,1)"} if is_edge else {})
    assert (told.ended, told.epochs, told.val_accuracy) == ({"finished": 2}, 3, 0.9)


def test_arm_without_the_key_is_told_so():
    told = arm("lbfgs", is_tuned=False).told()
    assert not told.is_tuned
    assert told.without == ("optimizer.lr",)


def test_trials_of_an_arm_draw_no_pictures_and_have_no_rate_of_their_own():
    point = Point("", ("optimizer.lr=0.1",), ("plots=true", "epochs=2", "seed=3"), ("optimizer=sgd",), "")
    assert searched(point, SPACE).overrides == ["epochs=2", "plots=false", "optimizer=sgd"]


@pytest.mark.parametrize("name", ["", "slow"])
def test_untuned_arm_is_told_under_the_arms_own_name(name):
    point = Point(name, (), (), ("optimizer=sgd",), "seed=3")
    assert untuned(point).overrides == point.overrides
    assert untuned(point).arm != point.arm
    row = untuned_row(Ended(untuned(point), "a-run", "finished", {}))
    assert row == GridRow(point.arm, "3", "a-run", point.own)
