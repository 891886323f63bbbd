import numpy as np
import pytest

from cnnlab.runs.inspecting.reliability import BINS, equal_mass, equal_width


def test_error_is_the_mean_distance_of_accuracy_from_confidence():
    confidence = np.array([0.9, 0.9, 0.9, 0.9, 0.51, 0.51])
    is_right = np.array([True, True, False, False, True, False])
    found = equal_width(confidence, is_right)
    assert found.ece == pytest.approx(4 / 6 * 0.4 + 2 / 6 * 0.01)
    assert [(one.count, one.accuracy) for one in found.bins] == [(2, 0.5), (4, 0.5)]
    assert [one.confidence for one in found.bins] == pytest.approx([0.51, 0.9])
    assert (found.bins[1].low, found.bins[1].high) == pytest.approx((13 / 15, 14 / 15))


def test_bin_holds_its_upper_edge_and_the_first_one_both():
    found = equal_width(np.array([0.0, 1 / BINS, 2 / BINS, 1.0]), np.ones(4, dtype=bool))
    assert [one.count for one in found.bins] == [2, 1, 1]


def test_bins_of_equal_mass_hold_as_many_answers_each():
    confidence = np.linspace(0.5, 1.0, 30 * BINS)
    found = equal_mass(confidence, np.ones(len(confidence), dtype=bool))
    assert {one.count for one in found.bins} <= {29, 30, 31}
    assert len(found.bins) == BINS


def test_answers_that_are_all_equally_sure_are_one_bin():
    found = equal_mass(np.full(10, 0.7), np.arange(10) < 6)
    assert [(one.count, one.low, one.high) for one in found.bins] == [(10, 0.7, 0.7)]
    assert found.ece == pytest.approx(0.1)


def test_interval_holds_the_error_and_is_the_same_each_time():
    draw = np.random.default_rng(1)
    confidence = draw.uniform(0.5, 1.0, 400)
    is_right = draw.random(400) < confidence - 0.2  # too sure
    found = equal_width(confidence, is_right)
    assert 0.1 < found.low < found.ece < found.high < 0.3
    assert equal_width(confidence, is_right) == found
