"""Which arm validation would choose, and in what order arms stand."""

from cnnlab.comparison.verdicts import best_by_validation, rank
from tests.comparison.study_maker import results_of


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
