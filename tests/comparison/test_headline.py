"""The headline: at most 15 words, no statistics, what a student reads aloud."""

import pytest

from cnnlab.comparison import compare_study
from cnnlab.comparison.headline import MOST_WORDS
from cnnlab.outputs.study_folder import SeedPlan
from tests.comparison.study_maker import write_study

PLAN = SeedPlan((5, 8, 12, 20))
LOW, MIDDLE, HIGH = [0.50, 0.52, 0.51, 0.49, 0.50], [0.70, 0.71, 0.69, 0.70, 0.72], [0.90, 0.91, 0.89, 0.90, 0.92]
WILD = [0.95, 0.40, 0.93, 0.35, 0.96]


def headline(arms, **more):
    return compare_study(write_study({f"optimizer={name}": own for name, own in arms.items()}, **more)).headline


BEST = [
    ({"sgd": LOW, "adam": HIGH, "nadam": HIGH}, "The best is adam or nadam; sgd is ruled out."),
    ({"sgd": LOW, "rmsprop": MIDDLE, "adam": HIGH, "nadam": HIGH},
     "The best is adam or nadam; sgd and rmsprop are ruled out."),
    ({"sgd": LOW, "momentum": MIDDLE, "adam": HIGH}, "adam is the best of 3."),
    ({"sgd": WILD, "adam": HIGH, "nadam": HIGH}, "No winner yet: any of the 3 may be the best."),
    ({f"o{i}": LOW for i in range(9)} | {"adam": HIGH, "nadam": HIGH},
     "The best is adam or nadam; 9 arms are ruled out."),
    ({f"low{i}": LOW for i in range(6)} | {f"high{i}": HIGH for i in range(14)},
     "The best is one of 14 arms; 6 are ruled out."),
    ({"out": LOW} | {f"an arm with a long name, {i}": HIGH for i in range(9)},
     "The best is one of 9 arms; 1 is ruled out."),
    ({"sgd": LOW, "adam": HIGH, "nadam": [*HIGH[:4], "diverged"]}, "adam is the best of 2."),
]  # fmt: skip


@pytest.mark.parametrize(("arms", "sentence"), BEST)
def test_which_is_best(arms, sentence):
    assert headline(arms) == sentence
    assert len(sentence.split()) <= MOST_WORDS


def test_arms_that_will_do_are_said_to():
    arms = {"sgd": LOW, "adam": HIGH, "nadam": HIGH}
    assert headline(arms, margin=3.0) == "adam or nadam: either will do; sgd is ruled out."


PAIRS = [
    (HIGH, {}, "adam is better than sgd."),
    (LOW, {}, "sgd is better than adam."),
    ([0.70, 0.72, 0.68, 0.70, 0.71], {}, "No difference between adam and sgd is shown."),
    (MIDDLE, {"margin": 2.0}, "adam and sgd are equal within 2 points."),
    (WILD, {"plan": PLAN}, "Not decided yet: adam against sgd."),
    (HIGH[:4], {"plan": PLAN}, "Not decided yet: the first look is at 5 seeds."),
]


@pytest.mark.parametrize(("adam", "more", "sentence"), PAIRS)
def test_two_arms_are_compared_with_each_other(adam, more, sentence):
    assert headline({"sgd": MIDDLE, "adam": adam}, **more) == sentence


AGAINST = [
    ({"adam": HIGH, "nadam": HIGH, "rmsprop": LOW}, {},
     "adam and nadam are better than sgd; rmsprop is worse than sgd."),
    ({"adam": HIGH, "wild": WILD}, {}, "adam is better than sgd; 1 not shown."),
    ({"wild": WILD, "wilder": WILD[::-1]}, {}, "No arm is shown to differ from sgd."),
    ({"wild": WILD, "wilder": WILD[::-1]}, {"plan": PLAN}, "Not decided yet: no arm differs from sgd so far."),
    ({f"high{i}": HIGH for i in range(9)} | {f"low{i}": LOW for i in range(9)}, {},
     "Of 19 arms 9 better than sgd; 9 worse than sgd."),
]  # fmt: skip


@pytest.mark.parametrize(("arms", "more", "sentence"), AGAINST)
def test_arms_are_grouped_by_how_they_stand_to_the_baseline(arms, more, sentence):
    assert headline({"sgd": MIDDLE} | arms, baseline="optimizer=sgd", **more) == sentence
    assert len(sentence.split()) <= MOST_WORDS


MISSING = [
    ({"sgd": [0.9], "adam": [0.8]}, {}, "No verdict from one seed: what differs may be chance."),
    ({"sgd": [0.9], "adam": [0.8], "nadam": [0.7]}, {}, "No verdict from one seed: what differs may be chance."),
    ({"sgd": [0.9, 0.8]}, {}, "One arm: there is nothing to compare it with."),
    ({"sgd": ["failed"]}, {}, "No verdict: no arm has a finished run."),
    ({"sgd": ["failed"], "adam": [0.8]}, {},
     "No verdict: the baseline sgd has no finished run. Another one: --baseline ARM."),
    ({"sgd": [0.9, 0.8], "adam": ["failed"]}, {}, "No verdict: only one arm has a finished run."),
    ({"sgd": [0.9, "failed"], "adam": ["failed", 0.9]}, {}, "No verdict from one seed: what differs may be chance."),
    ({"sgd": [0.9, "failed"], "adam": [0.8, 0.9]}, {},
     "No verdict: the arms have fewer than two finished seeds in common."),
]  # fmt: skip


@pytest.mark.parametrize(("arms", "more", "sentence"), MISSING)
def test_where_nothing_can_be_said_the_headline_says_why(arms, more, sentence):
    assert headline(arms, **more) == sentence
