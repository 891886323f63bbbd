"""Looks of a study that adds seeds, their shares of the error, and when more of them are in vain."""

import pytest

from cnnlab.comparison.looks import is_futile, over_looks, schedule, shares
from cnnlab.comparison.statistics import SEEDS, Spread, p_different


@pytest.mark.parametrize(
    ("most", "looks"),
    [
        (3, (3,)), (5, (5,)), (6, (6,)), (7, (5, 7)), (10, (5, 8, 10)), (12, (5, 8, 12)), (15, (5, 8, 12, 15)),
        (20, (5, 8, 12, 20)), (32, (5, 8, 12, 20, 32)),
    ],
)  # fmt: skip
def test_schedule_grows_by_six_tenths_and_ends_with_the_last_seed(most, looks):
    assert schedule(most) == looks


def test_each_look_has_as_much_of_the_error_as_all_before_it():
    assert (shares(1), shares(2), shares(4)) == ([1], [1 / 2, 1 / 2], [1 / 8, 1 / 8, 1 / 4, 1 / 2])
    assert sum(shares(7)) == 1


def test_smallest_corrected_p_of_the_looks_reached_counts():
    chances = {5: 0.01, 8: 0.02, 12: 0.001}
    found = over_looks([0.0] * 9, (5, 8, 12, 20), lambda own: chances[len(own)])
    assert (found.n, found.p, found.share, found.corrected) == (5, 0.01, 1 / 8, 0.08)
    assert over_looks([0.0] * 12, (5, 8, 12, 20), lambda own: chances[len(own)]).corrected == 0.004
    assert over_looks([0.0] * 4, (5, 8), lambda own: 0.5) is None
    assert over_looks([0.0] * 5, (5, 8), lambda own: 0.9).corrected == 1.0


def test_arms_stuck_at_the_same_place_are_futile_and_clear_ones_are_not():
    looks = (5, 8, 12, 20)
    assert is_futile([0.0] * 12, looks, 9, Spread(0.001))
    assert not is_futile([0.010, 0.012, 0.008, 0.011, 0.009], looks, 9, Spread(0.001))


def test_futile_is_what_even_the_far_end_would_not_show_worked_by_hand():
    """Effect 0 of eight pairs: t(0.95; 7) / sqrt(8) = 0.6698, times sqrt(20) = 2.996 < t(1 - 0.05/4/m; 19)?"""
    pairs = [1.0, -1.0] * 4
    assert not is_futile(pairs, (5, 8, 12, 20), 2, SEEDS)  # 2.7663 by the table of t(0.99375; 19)
    assert is_futile(pairs, (5, 8, 12, 20), 5, SEEDS)  # 3.1737: t(0.9975; 19)
    assert p_different(pairs, SEEDS) == 1.0
