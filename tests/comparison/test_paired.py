"""Arms against a baseline: worked examples, decisions that stay, families kept apart."""

import pytest

from cnnlab.comparison.paired import State, judge
from cnnlab.comparison.statistics import Spread, estimate_difference

BASE = [0.40, 0.42, 0.41, 0.43, 0.39]
FIXED = {
    "x": [0.45, 0.46, 0.47, 0.46, 0.44],
    "y": [0.41, 0.42, 0.40, 0.44, 0.40],
    "z": [0.30, 0.35, 0.25, 0.40, 0.20],
}
A = [2.1, 1.6, 2.5, 1.9, 2.4]
B = [0.9, 0.2, 1.6, -0.3, 1.3, 0.8, 1.5, 0.5, 1.1, 0.7, 0.1, 1.4]
C = [0.3, -0.4, 0.1, 0.5, -0.6, 0.2, -0.1, 0.4]
LOOKS = (5, 8, 12, 20)


def fixed(pairs, *, margin=None, spread=None):
    return judge(pairs, None, num_tested=len(pairs), spread=spread or Spread(), margin=margin)


def until_decided(pairs, *, margin=1.0):
    return judge(pairs, LOOKS, num_tested=len(pairs), spread=Spread(0.01), margin=margin)


def test_fixed_number_of_seeds_worked_example():
    pairs = {arm: [own - base for own, base in zip(values, BASE)] for arm, values in FIXED.items()}
    found = fixed(pairs)
    assert {arm: one.look.p for arm, one in found.items()} == pytest.approx(
        {"x": 0.000836186, "y": 0.373900966, "z": 0.019554213}, abs=1e-9
    )
    assert {arm: one.p_holm for arm, one in found.items()} == pytest.approx(
        {"x": 0.002508559, "y": 0.373900966, "z": 0.039108425}, abs=1e-9
    )
    widths = [estimate_difference(own, Spread()).half_width for own in pairs.values()]
    assert widths == pytest.approx([0.014157148, 0.011105780, 0.080946589], abs=1e-9)
    assert [one.state for one in found.values()] == [State.BETTER, State.OPEN, State.WORSE]


AFTER = [
    (5, {"a": (State.BETTER, 0.00518431), "b": (State.OPEN, 1.0), "c": (State.OPEN, 1.0)}),
    (8, {"a": (State.BETTER, 0.00518431), "b": (State.OPEN, 0.16376818), "c": (State.EQUAL, 0.00276347)}),
    (12, {"a": (State.BETTER, 0.00518431), "b": (State.BETTER, 0.00525747), "c": (State.EQUAL, 0.00276347)}),
]


@pytest.mark.parametrize(("seeds", "expected"), AFTER)
def test_until_decided_worked_example(seeds, expected):
    found = until_decided({"a": A, "b": B[:seeds], "c": C[:seeds]})
    assert {arm: one.state for arm, one in found.items()} == {arm: state for arm, (state, _) in expected.items()}
    assert [one.p_holm for one in found.values()] == pytest.approx([p for _, p in expected.values()], abs=1e-8)


def test_until_decided_uses_as_many_seeds_as_each_arm_needs():
    found = until_decided({"a": A, "b": B, "c": C})
    assert {arm: (one.seeds, one.look.n) for arm, one in found.items()} == {"a": (5, 5), "b": (12, 12), "c": (8, 8)}
    assert found["a"].look.p == pytest.approx(0.000216013073, abs=1e-12)
    assert found["b"].look.p == pytest.approx(0.000657183, abs=1e-9)
    assert found["c"].look.p == pytest.approx(0.000115144, abs=1e-9)


@pytest.mark.parametrize(
    ("pairs", "share", "half_width"),
    [(A, 1 / 8, 0.864480), (B[:5], 1 / 8, 1.842122), (B[:8], 1 / 8, 0.899532), (B, 1 / 4, 0.518687)],
)
def test_intervals_over_looks_worked_example(pairs, share, half_width):
    assert estimate_difference(pairs, Spread(0.01), share=share).half_width == pytest.approx(half_width, abs=1e-6)


def test_seeds_between_two_looks_wait_for_the_next():
    assert until_decided({"a": A[:4], "b": B[:4]}) == {}
    assert until_decided({"b": B[:11]})["b"].seeds == 8
    assert until_decided({"a": A, "b": B[:7]})["b"].seeds == 5


def test_without_a_margin_nothing_is_equal_and_hopeless_arms_stop():
    found = until_decided({"a": A, "b": B, "still": [0.0] * 12}, margin=None)
    assert (found["still"].state, found["b"].state) == (State.STOPPED, State.BETTER)
    assert found["still"].seeds == 12


def test_decision_is_not_taken_back_by_seeds_that_came_later():
    late = [*A, *[-5.0] * 15]
    assert until_decided({"a": late})["a"].state is State.BETTER
    assert until_decided({"a": late})["a"].seeds == 5


def test_arms_that_cannot_be_tested_count_for_the_correction():
    found = judge({"a": A}, LOOKS, num_tested=3, spread=Spread(0.01), margin=None)
    assert found["a"].p_holm == pytest.approx(0.00518431, abs=1e-8)


def test_equal_at_a_fixed_number_of_seeds_is_two_one_sided_tests():
    found = fixed({"c": C}, margin=1.0, spread=Spread(0.01))["c"]
    assert (found.state, found.p_holm) == (State.EQUAL, pytest.approx(0.000115144, abs=1e-9))
    wide = estimate_difference(C, Spread(0.01), share=2.0)  # a 90 % interval
    assert (wide.mean - wide.half_width, wide.mean + wide.half_width) == pytest.approx((-0.210658, 0.310658), abs=1e-6)
