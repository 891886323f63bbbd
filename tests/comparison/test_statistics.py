"""Intervals, tests and numbers of seeds: values worked by hand, then scipy.stats as the reference."""

import math

import numpy as np
import pytest
from scipy import stats

from cnnlab.comparison.statistics import (
    SEEDS,
    Estimate,
    Spread,
    critical_t,
    estimate,
    estimate_difference,
    holm,
    p_ahead,
    p_different,
    p_equal,
    seeds_needed,
)


def observed(mean, sd, n=3):
    """A difference of which only these figures matter."""
    return Estimate(n, mean, sd, 1.0, mean, mean)


def test_estimate_of_four_values_worked_by_hand():
    found = estimate([0.1, 0.2, 0.3, 0.4])
    # deviations -0.15, -0.05, 0.05, 0.15: squares sum to 0.05, sd = sqrt(0.05 / 3); t(0.975; 3) = 3.1824463
    assert (found.n, found.mean) == (4, 0.25)
    assert found.sd == pytest.approx(0.12909944, abs=1e-8)
    assert found.half_width == pytest.approx(3.1824463 * 0.12909944 / 2, abs=1e-7)
    assert (found.low, found.high) == (pytest.approx(0.04457397, abs=1e-7), pytest.approx(0.45542603, abs=1e-7))
    assert (found.lowest, found.highest) == (0.1, 0.4)


def test_interval_stays_within_what_an_accuracy_and_a_difference_can_be():
    assert (estimate([0.9, 1.0]).low, estimate([0.9, 1.0]).high) == (pytest.approx(0.95 - 0.6353102), 1.0)
    found = estimate_difference([-0.9, 0.9], SEEDS)
    assert (found.low, found.high) == (-1.0, 1.0)


def test_interval_of_two_values_worked_by_hand():
    # t with one degree of freedom is the Cauchy distribution: quantile tan(pi * 0.475)
    assert critical_t(1) == pytest.approx(math.tan(math.pi * 0.475), rel=1e-12)
    assert estimate([0.9, 0.92]).half_width == pytest.approx(0.01 * math.tan(math.pi * 0.475), rel=1e-9)


def test_one_value_has_no_interval():
    assert estimate([0.9]) == Estimate(1, 0.9, None, None, 0.9, 0.9)
    assert (estimate([0.9]).low, estimate([0.9]).high) == (None, None)


def test_no_values_are_refused():
    with pytest.raises(ValueError, match=r"estimate: needs at least one value, got none\."):
        estimate([])


def test_p_of_three_pairs_worked_by_hand():
    # differences 1, 3, 1: mean 5/3, sd 2/sqrt(3), t = 2.5; with two degrees of freedom p = 1 - t / sqrt(2 + t^2)
    assert p_different([1.0, 3.0, 1.0], SEEDS) == pytest.approx(1 - 2.5 / math.sqrt(8.25), abs=1e-12)
    assert p_ahead(np.array([1.0, 3.0, 1.0]), SEEDS) == pytest.approx((1 - 2.5 / math.sqrt(8.25)) / 2, abs=1e-12)


@pytest.mark.parametrize("n", [2, 3, 5, 10, 40])
def test_interval_and_p_are_those_of_scipy(n):
    draw = np.random.default_rng(n)
    ours, theirs = draw.normal(0.9, 0.02, n), draw.normal(0.88, 0.02, n)
    differences = (ours - theirs).tolist()
    reference = stats.ttest_rel(ours, theirs)
    interval, found = reference.confidence_interval(0.95), estimate_difference(differences, SEEDS)
    assert p_different(differences, SEEDS) == pytest.approx(reference.pvalue, rel=1e-9)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), rel=1e-9)
    assert p_ahead(np.array(differences), SEEDS) == pytest.approx(
        stats.ttest_rel(ours, theirs, alternative="greater").pvalue
    )
    sides = (stats.ttest_rel(ours, theirs + m, alternative=side).pvalue for m, side in ((-1, "greater"), (1, "less")))
    assert p_equal(differences, 1.0, SEEDS) == pytest.approx(max(sides), rel=1e-9)


@pytest.mark.parametrize(
    ("images", "seeds", "t", "p"),
    [(1, 5, 2.2360680, 0.0890093), (2, 5, 4.4721360, 0.0110565), (3, 3, 5.1961524, 0.0350987)],
)
def test_spread_is_at_least_what_one_test_image_weighs(images, seeds, t, p):
    """Worked: a constant difference of so many images of 10,000."""
    spread, differences = Spread(1e-4), [images * 1e-4] * seeds
    assert images * 1e-4 / spread.error(differences) == pytest.approx(t, abs=1e-6)
    assert p_different(differences, spread) == pytest.approx(p, abs=1e-7)


def test_overlap_makes_a_mean_less_certain():
    assert Spread(1e-9, 0.25).error([0.0, 2.0]) == pytest.approx(math.sqrt(2) * math.sqrt(0.5 + 0.25))


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
    ("effect", "level", "seeds"),
    [
        (0.2, 0.05, 199), (0.5, 0.05, 34), (-0.5, 0.05, 34), (0.8, 0.05, 15), (11.0, 0.05, 3), (12.0, 0.05, 2),
        (1e6, 0.05, 2), (1.2, 0.05, 8), (1.2, 0.025, 10), (2, 0.05 / 9, 8), (4.284, 0.05 / 19, 5),
    ],
)  # fmt: skip
def test_seeds_needed_are_those_of_another_program(effect, level, seeds):
    """R's power.t.test, one sample, two-sided, 0.05, power 0.8, says 198.15, 33.37 and 14.30 for 0.2, 0.5 and 0.8."""
    assert seeds_needed(observed(effect, 1.0), level=level, floor=1e-9) == seeds


def test_seeds_needed_give_that_power_in_simulation():
    draw = np.random.default_rng(0)
    for effect in (0.8, 2.0):
        n = seeds_needed(observed(effect, 1.0), level=0.05, floor=1e-9)
        powers = [
            np.mean(stats.ttest_1samp(draw.normal(effect, 1.0, (20_000, m)), 0, axis=1).pvalue < 0.05)
            for m in (n - 1, n)
        ]
        assert powers[0] < 0.8 <= powers[1] + 0.01  # standard error 0.003


@pytest.mark.parametrize(("difference", "seeds"), [((0.05, 1.0), None), ((0.1, None), None), ((1e-4, 0.0), 10)])
def test_seeds_are_counted_up_to_a_thousand_and_with_the_spread_of_one_image(difference, seeds):
    assert seeds_needed(observed(*difference), level=0.05, floor=1e-4) == seeds


@pytest.mark.parametrize("n", [2, 5, 9, 40, 200])
def test_many_arms_are_tested_at_once_as_each_is_alone_to_the_last_bit(n):
    table = np.random.default_rng(n).normal(0.9, 0.02, (50, n))
    table[7] = table[3]
    differences, spread = table - table[3], Spread(0.001, 0.25)
    alone = [p_ahead(np.array(own), spread) for own in differences.tolist()]
    assert p_ahead(differences, spread).tolist() == [float(p) for p in alone]
    for own, p in zip(differences.tolist(), alone):
        assert p == stats.t.sf(float(np.mean(own)) / spread.error(own), n - 1)
