"""The rows of the page's table: numbers written out, whiskers on one axis."""

import pytest

from cnnlab.comparison import compare_study
from cnnlab.comparison.arm_rows import arm_rows, axis_of, cut, unnamed_settings
from tests.comparison.study_maker import write_study

ARMS = {"optimizer=sgd": [0.70, 0.71, 0.72, 0.71, 0.70], "optimizer=adam": [0.75, 0.74, 0.78, 0.76, 0.74]}


def test_rows_are_ranked_and_know_their_place_as_typed():
    found = compare_study(write_study(ARMS, more={"optimizer=adam": {"batch_size": 8}}))
    adam, sgd = arm_rows(found)
    assert [(row.place, row.name, row.is_best, row.is_baseline) for row in (adam, sgd)] == [
        (1, "adam", True, False), (0, "sgd", False, True),
    ]  # fmt: skip
    assert (adam.test, adam.difference, adam.p, adam.seconds) == ("75.40 ± 2.08", "+4.60 ± 1.42", "< 0.001", "2.0")
    assert (unnamed_settings(found), adam.settings, sgd.settings) == (["batch_size"], ["8"], [""])


def test_whiskers_lie_on_one_axis_that_holds_all_of_them():
    found = compare_study(write_study(ARMS))
    low, high = axis_of(found.results)
    assert (low, high) == (min(r.test.low for r in found.results), max(r.test.high for r in found.results))
    for row in arm_rows(found):
        start, middle, end = row.whisker
        assert 0 <= start < middle < end <= 100
        assert middle == pytest.approx(100 * (row.result.test.mean - low) / (high - low))


def test_where_an_interval_is_as_wide_as_can_be_the_axis_holds_the_runs():
    found = compare_study(write_study({"a": [0.60, 0.92], "b": [0.91, 0.93]}))
    low, high = axis_of(found.results)
    assert (low, high) == (pytest.approx(0.60), 1.0)  # b: 0.92 ± 0.13
    assert [row.whisker[0] for row in arm_rows(found)][1] == pytest.approx(0.0)
    assert axis_of(compare_study(write_study({"x": ["failed"], "y": ["failed"]}, name="other")).results) == (0.0, 1.0)


def test_long_names_are_cut_in_the_middle():
    assert cut(["short", 30 * "x"], 10) == {"short": "short", 30 * "x": "xxxxx…xxxx"}
