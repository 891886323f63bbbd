"""Which arm may be the best: worked examples, arms out of the race, the lead, arms that will do."""

import numpy as np
import pytest

from cnnlab.comparison.best_set import best_set, lead
from cnnlab.comparison.statistics import Spread, p_ahead

OPTIMIZERS = {
    "sgd": [0.900, 0.912, 0.895, 0.905, 0.908],
    "adam": [0.941, 0.938, 0.947, 0.935, 0.944],
    "nadam": [0.939, 0.943, 0.940, 0.931, 0.949],
}
LETTERS = {
    "a": [0.90, 0.92, 0.91, 0.93, 0.89, 0.90, 0.92, 0.91],
    "b": [0.93, 0.94, 0.95, 0.94, 0.93, 0.95, 0.94, 0.93],
    "c": [0.70, 0.72, 0.69, 0.71, 0.73],
}
LOOKS, IMAGE = (5, 8, 12, 20), Spread(0.001)


def found_in(accuracies, looks=(5,), *, num_arms=None, margin=None):
    return best_set(accuracies, looks, num_arms=num_arms or len(accuracies), spread=IMAGE, margin=margin)


def test_one_look_worked_example():
    found = found_in(OPTIMIZERS)
    assert (found.alive, list(found.ruled_out)) == (("adam", "nadam"), ["sgd"])
    assert found.ruled_out["sgd"].by == "nadam"
    assert found.ruled_out["sgd"].look.p == pytest.approx(0.000230401, abs=1e-9)
    assert found.nearest["adam"].look.p == pytest.approx(0.591776, abs=1e-6)
    assert found.is_over


def test_several_looks_worked_example():
    found = found_in(LETTERS, LOOKS)
    assert (found.alive, found.seeds, found.is_over) == (("b",), 8, True)
    assert {arm: (out.by, out.look.n) for arm, out in found.ruled_out.items()} == {"c": ("b", 5), "a": ("b", 8)}
    assert found.ruled_out["c"].look.p == pytest.approx(9.692e-06, rel=1e-3)
    assert found.ruled_out["a"].look.p == pytest.approx(0.000272226, abs=1e-9)


def test_lead_is_the_least_that_the_best_is_ahead_worked_by_hand():
    """b - a: mean 0.02875, sd 0.0135620; t(1 - 0.05/2/8; 7) = 3.8551 by the table: 0.02875 - 3.8551 sd / sqrt(8)."""
    found = found_in(LETTERS, LOOKS)
    sd = np.std(np.subtract(LETTERS["b"], LETTERS["a"]), ddof=1)
    expected = 0.02875 - 3.8551 * sd / 8**0.5
    assert lead(LETTERS, found, num_arms=3, spread=IMAGE) == pytest.approx(expected, abs=2e-5)


def test_equal_arms_rule_nobody_out_and_the_set_is_never_empty():
    found = found_in({"a": [0.9] * 5, "b": [0.9] * 5, "c": [0.5] * 5})
    assert (found.alive, list(found.ruled_out)) == (("a", "b"), ["c"])


def test_arm_that_is_out_is_compared_no_more():
    """d would rule out the others by its later seeds; it left at the first look."""
    accuracies = {
        "a": [0.90, 0.91, 0.92, 0.90, 0.91, 0.9, 0.91, 0.9],
        "b": [0.9, 0.91, 0.92, 0.91, 0.9, 0.9, 0.91, 0.9],
    }
    found = found_in(accuracies | {"d": [0.5, 0.51, 0.49, 0.5, 0.5, 1.0, 1.0, 1.0]}, LOOKS)
    assert (found.alive, list(found.ruled_out), found.seeds) == (("a", "b"), ["d"], 8)


def test_look_waits_for_every_arm_that_is_still_in():
    assert found_in(LETTERS | {"b": LETTERS["b"][:7]}, LOOKS).seeds == 5
    assert found_in({arm: own[:4] for arm, own in LETTERS.items()}, LOOKS).seeds == 0


def test_correction_is_for_the_arms_of_the_declared_study():
    three = {"a": [0.90, 0.91, 0.90, 0.91, 0.90], "b": [0.911, 0.912, 0.914, 0.916, 0.911]}
    assert found_in(three, num_arms=2).alive == ("b",)
    assert found_in(three, num_arms=40).alive == ("a", "b")


def test_arms_will_do_where_none_can_be_more_than_the_margin_ahead():
    close = {"a": [0.900, 0.910, 0.905, 0.902, 0.908], "b": [0.901, 0.909, 0.906, 0.903, 0.907], "c": [0.5] * 5}
    assert found_in(close).will_do == ()
    found = found_in(close, LOOKS, margin=0.005)
    assert (found.alive, found.will_do, found.is_over) == (("a", "b"), ("a", "b"), True)
    assert found_in(close, LOOKS, margin=0.0001).will_do == ()


@pytest.mark.parametrize("draw", range(5))
def test_arm_nearest_to_ruling_out_is_that_of_all_pairs(draw):
    table = np.random.default_rng(draw).integers(85, 95, (30, 5)) / 100  # coarse, so that there are ties
    accuracies = {f"arm{place}": own.tolist() for place, own in enumerate(table)}
    found = found_in(accuracies)
    for arm, own in accuracies.items():
        pairs = {other: np.array(theirs) - own for other, theirs in accuracies.items() if other != arm}
        p, by = min((float(p_ahead(differences, IMAGE)), other) for other, differences in pairs.items())
        near = found.ruled_out.get(arm) or found.nearest[arm]
        assert (near.look.p, near.by) == (p, by)
