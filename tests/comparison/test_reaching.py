"""How fast arms reach accuracies: means, intervals, who never did, and which accuracies are worth telling."""

import math
from dataclasses import replace

import pytest

from cnnlab.comparison import compare_study
from cnnlab.comparison.arms import read_arms
from cnnlab.comparison.reaching import reaching_of
from cnnlab.outputs.files import METRICS_COLUMNS, RUNS
from cnnlab.outputs.reaching import Goals
from cnnlab.outputs.run_folder import RunFolder
from tests.comparison.study_maker import write_study

AT_90 = Goals((0.9,), ())
T4 = 2.7764451
"""t of 95 % with 4 degrees of freedom"""


def reached_at(run_id, *epochs, seconds=2.0, top=0.9):
    """Have a run reach `top` in an epoch, and say nothing of it in the others."""
    folder, (first,) = RunFolder(RUNS / run_id), epochs
    accuracies = [top if epoch == first else 0.2 for epoch in range(1, 7)]
    rows = [{"epoch": i, "val_accuracy": accuracy, "seconds": seconds} for i, accuracy in enumerate(accuracies, 1)]
    folder.write_rows("metrics.csv", METRICS_COLUMNS, rows)


def arms_that_reach(*epochs, outcomes=None):
    """Return an arm whose seeds reach 90 % in these epochs of 1,000 images and 2 s."""
    arms = read_arms(write_study({"a": outcomes or [0.9] * len(epochs)}))
    for seed, epoch in enumerate(epochs):
        if epoch is not None:
            reached_at(f"trial-arm0-s{seed}", epoch)
    return arms


def reach_of(arms):
    (reach,) = reaching_of(arms, AT_90).of_arms["a"]
    return reach


def test_means_and_intervals_are_these():
    """Epochs 2, 3, 3, 4, 3: mean 3, sd sqrt(2 / 4)."""
    reach = reach_of(arms_that_reach(2, 3, 3, 4, 3))
    assert (reach.num_runs, reach.num_reached) == (5, 5)
    half = T4 * math.sqrt(0.5 / 5)
    for found, of_an_epoch in ((reach.epochs, 1), (reach.images, 1000), (reach.seconds, 2)):
        assert found.mean == pytest.approx(3 * of_an_epoch)
        assert found.half_width == pytest.approx(half * of_an_epoch, rel=1e-6)


def test_seeds_that_reach_it_in_one_epoch_are_no_more_certain_than_an_epoch_is():
    """The end of an epoch adds up to one: the sd of a uniform distribution is 1 / sqrt(12)."""
    reach = reach_of(arms_that_reach(3, 3, 3, 3, 3))
    assert reach.images.sd == 0
    assert reach.images.half_width == pytest.approx(T4 * 1000 / math.sqrt(12 * 5), rel=1e-6)


def test_mean_over_the_seeds_that_reached_it_has_no_interval_where_others_never_did():
    arms = arms_that_reach(2, 4, None, outcomes=[0.9, 0.9, 0.5])
    reach = reach_of(arms)
    assert (reach.num_runs, reach.num_reached) == (3, 2)
    assert (reach.images.mean, reach.images.half_width, reach.images.low) == (3000, None, None)


def test_diverged_run_never_reached_it_and_one_that_failed_is_not_counted():
    reach = reach_of(arms_that_reach(2, 4, outcomes=[0.9, 0.9, "diverged", "failed", "waiting"]))
    assert (reach.num_runs, reach.num_reached) == (3, 2)


def test_arm_that_never_reached_it_has_no_figures():
    reach = reach_of(arms_that_reach(outcomes=[0.5, 0.6]))
    assert (reach.num_runs, reach.num_reached) == (2, 0)
    assert reach.epochs is reach.steps is reach.images is reach.seconds is None


def test_steps_are_those_of_the_epochs_where_runs_wrote_them_down():
    arms = arms_that_reach(2, 4)
    runs = [replace(run, summary={**run.summary, "steps_per_epoch": 16}) for run in arms[0].runs]
    assert reach_of([replace(arms[0], runs=tuple(runs))]).steps == 48
    assert reach_of([replace(arms[0], runs=(runs[0], arms[0].runs[1]))]).steps is None


def test_run_that_was_not_timed_like_the_others_leaves_its_arm_without_seconds():
    (arm,) = arms_that_reach(2, 4)
    arm = replace(arm, runs=(arm.runs[0], replace(arm.runs[1], is_timed=False)))
    found = reaching_of([arm], AT_90)
    assert found.untimed == ("a",)
    assert found.of_arms["a"][0].seconds is None
    assert found.of_arms["a"][0].images.mean == 3000


def shown(arms, **about):
    return compare_study(write_study(arms, **about)).reaching.accuracies


def test_accuracies_that_all_arms_reach_alike_or_hardly_any_run_reaches_tell_nothing():
    """Epochs 1, 2, 3 have a third, two thirds, all of it: 50 % comes in 2, 60 % in 2 or 3, 90 % in one run of three."""
    assert shown({"a": [0.95, 0.89, 0.89], "b": [0.79, 0.79, 0.79]}) == (0.6, 0.8)
    assert shown({"a": [0.3], "b": [0.2]}) == ()


def test_accuracies_of_one_arm_are_the_highest():
    assert shown({"": [0.96, 0.97]}) == (0.7, 0.8, 0.9, 0.95)


def test_accuracies_that_were_asked_for_are_shown_although_none_reached_them():
    assert shown({"a": [0.9], "b": [0.8]}, seconds_to=(0.99, 0.5)) == (0.5, 0.99)
    assert shown({"a": [0.7], "b": [0.7]}, reported={"a": {"test_accuracy": 0.8143}}) == (0.8143,)


def test_runs_without_validation_are_not_said_to_have_never_reached_anything():
    arms = read_arms(write_study({"a": [0.9]}))
    RunFolder(RUNS / "trial-arm0-s0").write_rows("metrics.csv", METRICS_COLUMNS, [{"epoch": 1, "seconds": 1.0}])
    found = reaching_of(arms, AT_90)
    assert (found.accuracies, found.of_arms) == ((), {})
