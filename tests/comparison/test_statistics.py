"""Intervals, tests and numbers of seeds: values worked by hand, then scipy.stats as the reference."""

import math

import numpy as np
import pytest
from scipy import stats

from cnnlab.comparison.statistics import Estimate, critical_t, estimate, holm, p_value, seeds_needed


def test_estimate_of_four_values_worked_by_hand():
    found = estimate([1.0, 2.0, 3.0, 4.0])
    # deviations -1.5, -0.5, 0.5, 1.5: squares sum to 5, sd = sqrt(5 / 3); t(0.975; 3) = 3.1824463 from the table
    assert (found.n, found.mean) == (4, 2.5)
    assert found.sd == pytest.approx(1.2909944, abs=1e-7)
    assert found.half_width == pytest.approx(3.1824463 * 1.2909944 / 2, abs=1e-6)
    assert (found.low, found.high) == (pytest.approx(0.4457397, abs=1e-6), pytest.approx(4.5542603, abs=1e-6))


def test_interval_of_two_values_worked_by_hand():
    # t with one degree of freedom is the Cauchy distribution: quantile tan(pi * 0.475)
    assert critical_t(1) == pytest.approx(math.tan(math.pi * 0.475), rel=1e-12)
    assert estimate([0.9, 0.92]).half_width == pytest.approx(0.01 * math.tan(math.pi * 0.475), rel=1e-9)


def test_one_value_has_no_interval():
    assert estimate([0.9]) == Estimate(1, 0.9, None, None)
    assert (estimate([0.9]).low, estimate([0.9]).high) == (None, None)


def test_no_values_are_refused():
    with pytest.raises(ValueError, match=r"estimate: needs at least one value, got none\."):
        estimate([])


def test_p_of_three_pairs_worked_by_hand():
    # differences 1, 3, 1: mean 5/3, sd 2/sqrt(3), t = 2.5; with two degrees of freedom p = 1 - t / sqrt(2 + t^2)
    assert p_value(estimate([1.0, 3.0, 1.0])) == pytest.approx(1 - 2.5 / math.sqrt(8.25), abs=1e-12)
    assert p_value(estimate([1.0, 3.0, 1.0])) == pytest.approx(0.1296117, abs=1e-7)


@pytest.mark.parametrize("n", [2, 3, 5, 10, 40])
def test_interval_and_p_are_those_of_scipy(n):
    draw = np.random.default_rng(n)
    ours, theirs = draw.normal(0.9, 0.02, n), draw.normal(0.88, 0.02, n)
    difference = estimate(list(ours - theirs))
    reference = stats.ttest_rel(ours, theirs)
    interval = reference.confidence_interval(0.95)
    assert p_value(difference) == pytest.approx(reference.pvalue, rel=1e-9)
    assert (difference.low, difference.high) == pytest.approx((interval.low, interval.high), rel=1e-9)


@pytest.mark.parametrize("values", [[0.1], [0.1, 0.1, 0.1], [0.9 - 0.8, 0.8 - 0.7, 0.1]])
def test_without_spread_there_is_no_p_and_no_number_of_seeds(values):
    assert p_value(estimate(values)) is None
    assert seeds_needed(estimate(values)) is None


def test_smallest_difference_that_can_be_measured_has_spread():
    assert estimate([0.0, 0.0, 1e-6]).has_spread


@pytest.mark.parametrize(
    ("given", "corrected"),
    [
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),  # 4 x 0.005, 3 x 0.01, 2 x 0.03, then 0.04 not below
        ([0.5, 0.6], [1.0, 1.0]),
        ([0.02], [0.02]),
        ([0.02, 0.02], [0.04, 0.04]),
        ([], []),
    ],
)
def test_holm_worked_by_hand(given, corrected):
    assert holm(given) == pytest.approx(corrected, abs=1e-12)


@pytest.mark.parametrize(
    ("effect", "seeds"), [(0.2, 199), (0.5, 34), (-0.5, 34), (0.8, 15), (11.0, 3), (12.0, 2), (1e6, 2)]
)
def test_seeds_needed_are_those_of_another_program(effect, seeds):
    """R's power.t.test, one sample, two-sided, 0.05, power 0.8, says 198.15, 33.37 and 14.30 for 0.2, 0.5 and 0.8."""
    assert seeds_needed(Estimate(3, effect, 1.0, 1.0)) == seeds


def test_seeds_needed_give_that_power_in_simulation():
    draw = np.random.default_rng(0)
    for effect in (0.8, 2.0):
        n = seeds_needed(Estimate(3, effect, 1.0, 1.0))
        powers = [
            np.mean(stats.ttest_1samp(draw.normal(effect, 1.0, (20_000, m)), 0, axis=1).pvalue < 0.05)
            for m in (n - 1, n)
        ]
        assert powers[0] < 0.8 <= powers[1] + 0.01  # standard error 0.003


def test_more_than_a_thousand_seeds_are_not_counted():
    assert seeds_needed(Estimate(3, 0.05, 1.0, 1.0)) is None
