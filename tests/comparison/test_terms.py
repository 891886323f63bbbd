"""Terms: those that are used, and no others."""

import pytest

from cnnlab.comparison import compare_study
from cnnlab.outputs.study_folder import SeedPlan
from tests.comparison.study_maker import write_study

LOW, HIGH = [0.50, 0.52, 0.51, 0.49, 0.50], [0.90, 0.91, 0.89, 0.90, 0.92]
USED = [
    ({"a": [0.9]}, {}, []),
    ({"a": LOW, "b": HIGH}, {}, ["±", "difference", "p"]),
    ({"a": [0.9], "b": [0.97, 0.99]}, {}, ["±", "+ -", "difference"]),
    ({"a": LOW, "b": LOW}, {"margin": 2.0}, ["±", "± of equal ones", "difference", "p", "equal"]),
    ({"a": LOW, "b": HIGH, "c": HIGH}, {}, ["±", "± of equal ones", "difference", "95 % sure", "p", "corrected"]),
    ({"a": LOW, "b": HIGH, "c": [0.1, 0.9, 0.1, 0.9, 0.1]}, {"baseline": "a"},
     ["±", "(a to b)", "difference", "p", "corrected"]),
]  # fmt: skip


@pytest.mark.parametrize(("arms", "more", "used"), USED)
def test_terms_are_those_that_are_used(arms, more, used):
    found = compare_study(write_study(arms, **more))
    assert [term for term, _ in found.terms] == used
    said = " ".join([*found.conclusion, *(f"{r.test}" for r in found.results)])
    assert ("p =" in said or "p <" in said) == ("p" in used)


def test_difference_is_said_to_whom_and_over_what():
    found = dict(compare_study(write_study({"a": LOW, "b": HIGH}, plan=SeedPlan((5, 8)))).terms)
    assert found["difference"] == "to a, seed by seed"
    assert found["±"].endswith("of a difference, over all looks")
