"""Seeds of a comparison that other runs have led to."""

from cnnlab.outputs.study_folder import GridRow
from cnnlab.sweeps.fresh_seeds import FreshSeeds
from cnnlab.sweeps.points import Point

ARMS = [Point("", (), (), (f"optimizer={name}",), "") for name in ("sgd", "adam")]


def seeds(**of_arm):
    return FreshSeeds({f"optimizer={name}": own for name, own in of_arm.items()}, 3)


def test_seeds_go_outermost_and_an_arm_may_have_more_of_them():
    points = seeds(sgd=("0", "1", "4"), adam=("0", "2")).points(ARMS)
    assert [point.label for point in points] == [
        "optimizer=sgd seed=0", "optimizer=adam seed=0", "optimizer=sgd seed=1", "optimizer=adam seed=2",
        "optimizer=sgd seed=4",
    ]  # fmt: skip


def test_seed_of_what_comes_before_is_none_of_the_comparison():
    assert seeds(sgd=("0", "1"), adam=("0", "1")).apart == 10_000
    assert seeds(sgd=("10001", "10000"), adam=("10000", "10003")).apart == 10_002


def test_rows_stand_for_arms_that_are_not_known_yet():
    rows = seeds(sgd=("0",), adam=("0",)).pending(ARMS, why="wait")
    assert rows == [GridRow(arm.arm, "0", "", f"{arm.arm} seed=0", "wait") for arm in ARMS]
