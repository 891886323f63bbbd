"""Folds in place of seeds: the corrected resampled t-test, its words, and what a verdict covers."""

import numpy as np
import pytest

from cnnlab.comparison.arms import read_arms
from cnnlab.comparison.changes import in_brief
from cnnlab.comparison.comparing import compare_study
from cnnlab.comparison.methods import methods
from cnnlab.comparison.resampling import repeats_of
from cnnlab.comparison.statistics import estimate_difference, p_ahead, p_different
from tests.comparison.study_maker import write_folds, write_study

FIVE = [0.050, 0.020, 0.035, 0.045, 0.030]
SGD, ADAM, NADAM = "optimizer=sgd", "optimizer=adam", "optimizer=nadam"


def spread(folds, floor=1e-9):
    arms = read_arms(write_folds({SGD: [0.9]}, folds=folds))
    return repeats_of(arms).spread(floor)


def test_corrected_resampled_t_test_worked_by_hand():
    # mean 0.036, variance 0.0001425, times 1/5 + 1/4: error 0.00800781, t = 4.49561; over seeds p were 0.0025
    # p = I_x(2, 1/2) with x = 4 / (4 + t^2), and 1 - 3/4 u (1 - u^2 / 12) with u = t / sqrt(1 + t^2 / 4), in 30 digits
    assert spread(5).error(FIVE) == pytest.approx(0.008007808689, rel=1e-9)
    assert p_different(FIVE, spread(5)) == pytest.approx(0.0108589917264694, rel=1e-12)
    assert p_ahead(np.array(FIVE), spread(5)) == pytest.approx(0.0108589917264694 / 2, rel=1e-12)
    assert estimate_difference(FIVE, spread(5)).half_width == pytest.approx(0.02223324123799961, rel=1e-12)


def test_fewer_folds_than_were_cut_have_the_overlap_of_all():
    # 3 of 5: mean 0.04 / 3, variance 0.00043333, times 1/3 + 1/4: t = 0.838628; p = 1 - t / sqrt(2 + t^2) with 2 df
    assert p_different([0.03, -0.01, 0.02], spread(5)) == pytest.approx(0.489938629549329, rel=1e-12)


def test_difference_of_one_image_in_every_fold_is_not_shown():
    # t = 1 / sqrt(1/5 + 1/4) = 1.490712 with 4 df: u = t / sqrt(1 + t^2 / 4) = 1.195229
    assert p_different([0.0125] * 5, spread(5, floor=0.0125)) == pytest.approx(0.2102954, abs=1e-7)


def compared(arms, **more):
    return compare_study(write_folds(arms, **more))


BASE = [0.70, 0.72, 0.68, 0.71, 0.69]


def test_arms_over_folds_are_compared_fold_by_fold_with_the_correction():
    comparison = compared({SGD: BASE, ADAM: [a + d for a, d in zip(BASE, FIVE)]}, folds=5, sizes=[1000] * 5)
    adam = comparison.results[1]
    assert (adam.verdict, adam.num_pairs) == ("better", 5)
    assert adam.p == pytest.approx(0.0108589917, rel=1e-6)
    assert adam.test.half_width > 1.49 * 2.776 * adam.test.sd / 5**0.5  # sqrt(1/5 + 1/4) in place of sqrt(1/5)
    assert comparison.headline == "adam is better than sgd."
    assert comparison.conclusion[0] == (
        "adam is better than sgd by 3.60 points of test accuracy: p = 0.011 (corrected resampled t-test over 5 folds); "
        "95 % interval of this arm alone +1.38 to +5.82, on 5,000 test images in all."
    )


def test_least_spread_is_one_image_of_the_smallest_fold():
    arms = {SGD: [0.70] * 5, ADAM: [0.7125] * 5}
    assert compared(arms, folds=5, sizes=[81, 81, 81, 80, 81]).results[1].p == pytest.approx(0.2102954, abs=1e-7)


def test_which_arm_is_best_is_tested_with_the_correction():
    arms = {SGD: [0.5] * 5, ADAM: [0.8] * 5, NADAM: [0.79, 0.81, 0.8, 0.8, 0.8]}
    comparison = compared(arms, folds=5)
    assert [result.verdict for result in comparison.results] == ["ruled out", "may be best", "may be best"]
    assert "(one-sided corrected resampled t-tests, each at 0.05 / 2)" in comparison.conclusion[0]


def test_one_fold_has_no_verdict():
    comparison = compared({SGD: [0.7], ADAM: [0.8]}, folds=5)
    assert [result.verdict for result in comparison.results] == ["baseline", "one fold: no verdict"]
    assert comparison.headline == "No verdict from one fold: what differs may be chance."


def test_more_seeds_are_not_proposed_where_folds_are_compared():
    comparison = compared({SGD: BASE, ADAM: BASE}, folds=5)
    assert comparison.next_step is None


def test_failures_are_told_by_their_folds():
    comparison = compared({SGD: BASE, ADAM: ["failed", "failed", 0.7, 0.7, 0.7]}, folds=5)
    assert comparison.failures == ["failed: adam (folds 1, 2): no reason is recorded."]


def test_images_that_change_are_those_of_one_fold():
    comparison = compared({SGD: BASE, ADAM: [0.75] * 5}, folds=5, sizes=[100, 102, 104, 106, 108])
    assert [each.unit for each in comparison.changes.seeds] == ["1", "2", "3", "4", "5"]
    assert in_brief(comparison.changes.seeds[1], reference="sgd", arm="adam").startswith("fold 2: adam fixes ")


def test_page_says_how_folds_were_compared():
    comparison = compared({SGD: BASE, ADAM: BASE}, folds=5)
    said = methods(comparison.answer, comparison.question, comparison.names)
    assert said.startswith("Differences to sgd were tested by corrected resampled t-tests over folds, corrected over")
    assert "the variance of a mean is taken as 1/n + 1/4 times theirs, not 1/n, which is an approximation" in said


def covers(**dataset):
    dataset = {"name": "digits", "split_seed": 0} | dataset
    return repeats_of(read_arms(write_study({SGD: [0.9]}, more={SGD: {"dataset": dataset}}))).covers


@pytest.mark.parametrize(
    ("dataset", "said"),
    [
        ({}, "initial weights, data order and augmentation; all runs share one split of the images"),
        (
            {"per_class": 5},
            "initial weights, data order and augmentation, and which subset of images trains; all runs share one",
        ),
        (
            {"split_seed": "seed"},
            "initial weights, data order and augmentation, and which images train and validate; all runs share one",
        ),
        (
            {"folds": 5, "fold": 1},
            "which images train, validate and test; initial weights, data order and augmentation are drawn by one seed",
        ),
    ],
)
def test_what_a_verdict_covers_follows_what_varies_between_runs(dataset, said):
    assert covers(**dataset).startswith(f"A verdict covers {said}")
    assert covers(**dataset).endswith("(sources of variation: Bouthillier et al. 2021).")
