"""Arms of files, judged: pairs, what is left out, verdicts in words."""

import pytest

from cnnlab.comparison.verdicts import best_by_validation
from cnnlab.outputs.study_folder import SeedPlan
from tests.comparison.study_maker import answered, results_of

PLAN = SeedPlan((5, 8, 12, 20))


def verdicts_of(arms, **more):
    return {name: result.verdict for name, result in results_of(arms, **more).items()}


def test_difference_is_paired_by_seed_worked_by_hand():
    arms = {"a": [0.70, 0.80, 0.90], "b": [0.75, 0.84, 0.94]}
    results = results_of(arms, more={arm: {"num_test": 1000} for arm in arms})
    # differences 0.05, 0.04, 0.04: mean 0.13 / 3, sd 0.01 / sqrt(3), t = 13; p = 1 - t / sqrt(2 + t^2) = 0.0058654
    b = results["b"]
    assert (b.difference.n, b.num_pairs) == (3, 3)
    assert b.difference.mean == pytest.approx(0.0433333, abs=1e-7)
    assert b.difference.sd == pytest.approx(0.0057735, abs=1e-7)
    assert b.difference.half_width == pytest.approx(4.3026527 * 0.0057735 / 3**0.5, abs=1e-7)
    assert b.p == b.p_holm == pytest.approx(0.0058654, abs=1e-6)
    assert (results["a"].verdict, b.verdict) == ("baseline", "better")
    assert b.test.sd == pytest.approx(0.0950438, abs=1e-7)  # five times the smallest difference: unpaired shows nothing


def test_equal_runs_are_no_certainty():
    b = results_of({"a": [0.70, 0.80], "b": [0.75, 0.75]}, more={"b": {"num_test": 400}})["b"]
    # as if one of 400 images apart: 12.7062 / 400 / sqrt(2)
    assert (b.test.sd, b.test.half_width) == (0.0, pytest.approx(0.0224616, abs=1e-7))


def test_worse_is_said_too():
    assert results_of({"a": [0.75, 0.84, 0.94], "b": [0.70, 0.80, 0.90]})["b"].verdict == "worse"


def test_correction_for_several_arms_takes_a_verdict_back():
    alone = results_of({"a": [0.70, 0.80, 0.90], "b": [0.74, 0.82, 0.94]})["b"]
    assert alone.verdict == "better"
    others = {name: [0.70, 0.81, 0.89] for name in "cdef"}
    among = results_of({"a": [0.70, 0.80, 0.90], "b": [0.74, 0.82, 0.94], **others}, baseline="a")["b"]
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
    ({"a": [0.9] * 5, "b": [0.91] * 5}, "no difference shown"),  # one image: p = 0.089
    ({"a": [0.9] * 5, "b": [0.92] * 5}, "better"),  # two: 0.011
    ({"a": [0.5] * 5, "b": [0.1] * 5}, "worse"),
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


def test_named_baseline_takes_the_place_of_the_first_arm():
    results = results_of({"a": [0.7, 0.8], "b": [0.8, 0.95]}, baseline="b")
    assert results["b"].verdict == "baseline"
    assert results["a"].difference.mean == pytest.approx(-0.125)


SGD, ADAM, NADAM = "sgd", "adam", "nadam"
THREE = {
    SGD: [0.900, 0.912, 0.895, 0.905, 0.908],
    ADAM: [0.941, 0.938, 0.947, 0.935, 0.944],
    NADAM: [0.939, 0.943, 0.940, 0.931, 0.949],
}
LARGE = {name: {"num_test": 1000} for name in (SGD, ADAM, NADAM)}


def test_without_a_baseline_the_question_is_which_is_best_worked_example():
    found = answered(THREE, more=LARGE)
    of_arm = {result.label: result for result in found.results}
    assert [result.verdict for result in found.results] == ["ruled out", "may be best", "may be best"]
    assert (found.reference.label, of_arm[SGD].ruled_out_by, found.lead) == (ADAM, NADAM, None)
    assert (of_arm[SGD].p, of_arm[SGD].p_holm) == pytest.approx((0.000230401, 2 * 0.000230401), abs=1e-9)
    assert (of_arm[ADAM].difference, of_arm[SGD].difference.mean) == (None, pytest.approx(-0.037))


def test_with_a_baseline_each_arm_is_compared_with_it():
    assert verdicts_of(THREE, baseline=SGD, more=LARGE) == {SGD: "baseline", ADAM: "better", NADAM: "better"}


@pytest.mark.parametrize(("state", "verdict"), [("diverged", "diverged in 1 of 5"), ("failed", "failed in 1 of 5")])
def test_arm_with_a_run_without_result_neither_wins_nor_rules_out(state, verdict):
    arms = THREE | {"best": [0.99, 0.99, 0.99, 0.99, state]}
    assert verdicts_of(arms) == {SGD: "ruled out", ADAM: "may be best", NADAM: "may be best", "best": verdict}


def test_runs_that_are_missing_still_leave_the_seeds_that_all_have():
    arms = {name: [*own[:3], "waiting", "running"] for name, own in THREE.items()}
    found = answered(arms | {SGD: [*THREE[SGD][:4], "waiting"]}, more=LARGE)
    assert found.best.seeds == 3


def test_one_arm_that_can_be_compared_is_not_the_best():
    arms = {"a": [0.9, 0.8], "b": ["diverged", 0.1], "c": ["failed", 0.1]}
    found = answered(arms)
    assert found.best.seeds == 0
    assert [result.verdict for result in found.results] == [
        "no seed in common",
        "diverged in 1 of 2",
        "failed in 1 of 2",
    ]


def test_plan_gives_figures_of_the_look_and_the_seeds_at_which_the_verdict_fell():
    arms = {"a": [0.90, 0.92, 0.91, 0.93, 0.89, 0.90, 0.92, 0.91], "c": [0.70, 0.72, 0.69, 0.71, 0.73]}
    arms["b"] = [0.93, 0.94, 0.95, 0.94, 0.93, 0.95, 0.94, 0.93]
    found = answered(arms, plan=PLAN)
    of_arm = {result.label: result for result in found.results}
    assert {name: (one.verdict, one.look, one.decided_at) for name, one in of_arm.items()} == {
        "a": ("ruled out", 8, 8), "c": ("ruled out", 5, 5), "b": ("best", 8, 8),
    }  # fmt: skip
    assert of_arm["c"].difference.n == 5
    assert found.is_over
    assert found.lead == pytest.approx(0.0103, abs=1e-4)


def test_plan_before_its_first_look_has_decided_nothing():
    found = answered({"a": [0.9] * 4, "b": [0.95] * 4}, plan=PLAN)
    assert [result.verdict for result in found.results] == ["baseline", "not decided yet"]
    assert not found.is_over


STATES = [
    ([0.95, 0.951, 0.949, 0.95, 0.952], None, "better", True),
    ([0.90, 0.93, 0.87, 0.92, 0.89], None, "not decided yet", False),
    ([0.90] * 5, 0.05, "equal within margin", True),
    ([0.90, 0.93, "diverged", 0.92, 0.89], None, "diverged in 1 of 5", True),
]


@pytest.mark.parametrize(("outcomes", "margin", "verdict", "is_over"), STATES)
def test_plan_is_over_once_no_arm_is_open(outcomes, margin, verdict, is_over):
    found = answered({"a": [0.9] * 5, "b": outcomes}, plan=PLAN, margin=margin)
    assert (found.results[1].verdict, found.is_over) == (verdict, is_over)


def test_gap_in_the_seeds_of_a_plan_ends_what_counts():
    arms = {"a": [0.9] * 8, "b": [0.95, 0.951, 0.949, 0.95, 0.952, "failed", 0.1, 0.1]}
    assert results_of(arms, plan=PLAN)["b"].difference.n == 5
