"""The methods line, as a paper needs it."""

from cnnlab.comparison import compare_study
from cnnlab.comparison.methods import methods
from cnnlab.outputs.study_folder import SeedPlan
from tests.comparison.study_maker import write_study

LOW, HIGH = [0.50, 0.52, 0.51, 0.49, 0.50], [0.90, 0.91, 0.89, 0.90, 0.92]


def said(arms, **more):
    found = compare_study(write_study(arms, **more))
    return methods(found.answer, found.question, found.names)


def test_paired_tests_name_student_and_holm():
    text = said({"a": LOW, "b": HIGH})
    assert text.startswith("Differences to a were tested by paired t-tests over seeds (Student 1908), corrected over")
    assert text.endswith("Arms are ranked by validation; verdicts are on test.")


def test_looks_and_their_shares_are_told():
    text = said({"a": LOW, "b": HIGH}, plan=SeedPlan((5, 8, 12, 20)))
    shares = "at 5, 8, 12 and 20 seeds, where p was divided by the look's share of alpha (1/8, 1/8, 1/4, 1/2; "
    assert f"{shares}weighted Bonferroni), corrected over" in text
    best = said({"a": LOW, "b": HIGH, "c": LOW}, plan=SeedPlan((5, 8, 12, 20)))
    assert f"{shares}weighted Bonferroni), each at 0.05 / 2:" in best


def test_best_set_names_its_level_and_source():
    text = said({"a": LOW, "b": HIGH, "c": LOW})
    assert "one-sided paired t-tests of every two arms, each at 0.05 / 2: what is not ruled out holds" in text


def test_one_arm_has_an_interval_only():
    assert said({"a": LOW}) == "Mean over seeds with its 95 % t-interval (Student 1908)."
