"""Each arm against the baseline: pairs, corrected p, verdicts in words."""

import pytest

from cnnlab.comparison.arms import find_arm, read_arms
from cnnlab.comparison.verdicts import best_by_validation, compare, rank
from tests.comparison.study_maker import write_study


def results_of(arms, *, baseline=None, **more):
    found = read_arms(write_study(arms, **more))
    return {result.arm.name: result for result in compare(found, find_arm(found, baseline))}


def test_difference_is_paired_by_seed_worked_by_hand():
    results = results_of({"a": [0.70, 0.80, 0.90], "b": [0.75, 0.84, 0.94]})
    # differences 0.05, 0.04, 0.04: mean 0.13 / 3, sd 0.01 / sqrt(3), t = 13; p = 1 - t / sqrt(2 + t^2) = 0.0058654
    b = results["b"]
    assert (b.difference.n, b.num_pairs) == (3, 3)
    assert b.difference.mean == pytest.approx(0.0433333, abs=1e-7)
    assert b.difference.sd == pytest.approx(0.0057735, abs=1e-7)
    assert b.difference.half_width == pytest.approx(4.3026527 * 0.0057735 / 3**0.5, abs=1e-7)
    assert b.p == b.p_holm == pytest.approx(0.0058654, abs=1e-6)
    assert (results["a"].verdict, b.verdict) == ("baseline", "better")
    assert b.test.sd == pytest.approx(0.0950438, abs=1e-7)  # five times the smallest difference: unpaired shows nothing


def test_worse_is_said_too():
    assert results_of({"a": [0.75, 0.84, 0.94], "b": [0.70, 0.80, 0.90]})["b"].verdict == "worse"


def test_correction_for_several_arms_takes_a_verdict_back():
    alone = results_of({"a": [0.70, 0.80, 0.90], "b": [0.74, 0.82, 0.94]})["b"]
    assert alone.verdict == "better"
    others = {name: [0.70, 0.81, 0.89] for name in "cdef"}
    among = results_of({"a": [0.70, 0.80, 0.90], "b": [0.74, 0.82, 0.94], **others})["b"]
    assert among.p == alone.p
    assert among.p_holm == pytest.approx(5 * alone.p)
    assert among.verdict == "no difference shown"


def test_pairs_are_the_seeds_that_both_arms_finished():
    results = results_of({"a": [0.7, 0.8, "failed", 0.9], "b": [0.8, "interrupted", 0.9, 0.95]})
    assert results["b"].num_pairs == 2
    assert results["b"].difference.mean == pytest.approx((0.1 + 0.05) / 2)
    assert (results["a"].num_failed, results["b"].num_failed) == (1, 1)
    assert len(results["b"].arm.finished) == 3


ALONE = [
    ([0.9, 0.8], "one arm: no verdict"),
    ([0.9, "diverged"], "diverged in 1 of 2"),
    (["failed"], "failed"),
]


@pytest.mark.parametrize(("outcomes", "verdict"), ALONE)
def test_only_arm_is_neither_a_baseline_nor_the_best(outcomes, verdict):
    results = results_of({"": outcomes})
    assert results[""].verdict == verdict
    assert best_by_validation(list(results.values())) is None


VERDICTS = [
    ({"a": [0.9], "b": [0.95]}, "one seed: no verdict"),
    ({"a": [0.9, "failed"], "b": ["failed", 0.95]}, "no seed in common"),
    ({"a": [0.9, 0.9, 0.9], "b": [0.9, 0.9, 0.9]}, "no difference shown"),
    ({"a": [0.8, 0.7, 0.6], "b": [0.9, 0.8, 0.7]}, "no difference shown"),  # no spread: t is not defined
    ({"a": [0.9, 0.8, 0.7], "b": [0.91, 0.8, 0.7]}, "no difference shown"),  # a third of an image
    ({"a": [0.9, 0.9, 0.9], "b": [0.99, "diverged", 0.99]}, "diverged in 1 of 3"),
    ({"a": [0.9, 0.9], "b": ["diverged", "diverged"]}, "diverged in 2 of 2"),
    ({"a": [0.9, 0.9], "b": ["failed", "failed"]}, "failed in 2 of 2"),
    ({"a": [0.9, 0.9], "b": ["waiting", "failed"]}, "failed in 1 of 2"),
    ({"a": [0.9, 0.9], "b": ["waiting", "waiting"]}, "waiting in 2 of 2"),
    ({"a": [0.9], "b": ["diverged"]}, "diverged"),
    ({"a": [0.9], "b": ["interrupted"]}, "interrupted"),
    ({"a": [0.9], "b": ["refused: no"]}, "refused"),
]


@pytest.mark.parametrize(("arms", "verdict"), VERDICTS)
def test_verdict_in_words(arms, verdict):
    assert results_of(arms)["b"].verdict == verdict


def test_arm_that_diverged_is_not_tested_but_its_difference_is_shown():
    b = results_of({"a": [0.9, 0.9, 0.9], "b": [0.97, 0.98, "diverged"]})["b"]
    assert b.difference.mean == pytest.approx(0.075)
    assert (b.p, b.p_holm) == (None, None)


def test_baseline_that_diverged_says_so():
    assert results_of({"a": [0.9, "diverged"], "b": [0.9, 0.8]})["a"].verdict == "baseline, 1 diverged"


def test_difference_of_exactly_one_test_image_can_be_shown():
    many = {"a": [0.90, 0.90, 0.90, 0.90], "b": [0.91, 0.911, 0.909, 0.91]}
    assert results_of(many)["b"].verdict == "better"  # of 100 images


def test_named_baseline_takes_the_place_of_the_first_arm():
    results = results_of({"a": [0.7, 0.8], "b": [0.8, 0.95]}, baseline="b")
    assert results["b"].verdict == "baseline"
    assert results["a"].difference.mean == pytest.approx(-0.125)


def test_seeds_needed_are_counted_where_nothing_was_shown():
    results = results_of({"a": [0.70, 0.80, 0.90], "b": [0.72, 0.79, 0.93], "c": [0.75, 0.84, 0.94]})
    # differences 0.02, -0.01, 0.03: mean 0.0133, sd 0.0208, effect 0.64: R's power.t.test says 21.1
    assert results["b"].seeds_needed == 22
    assert results["c"].seeds_needed is None


def test_ranking_looks_at_validation_alone():
    arms = {"a": [0.9, 0.9], "b": [0.7, 0.7], "c": ["failed", "failed"]}
    results = list(results_of(arms, more={"a": {"val": 0.5}, "b": {"val": 0.6}}).values())
    assert [result.arm.name for result in rank(results)] == ["b", "a", "c"]
    assert best_by_validation(results).arm.name == "b"


def test_arm_that_diverged_is_never_the_best():
    results = list(results_of({"a": [0.9, 0.9], "b": [0.99, "diverged"]}).values())
    assert best_by_validation(results).arm.name == "a"


def test_without_validation_no_arm_is_the_best():
    results = list(results_of({"a": [0.9], "b": [0.8]}, more={n: {"val": False} for n in "ab"}).values())
    assert best_by_validation(results) is None
    assert [result.arm.name for result in rank(results)] == ["a", "b"]
