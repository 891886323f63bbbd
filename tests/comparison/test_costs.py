"""Whether times of training tell arms apart."""

import pytest

from cnnlab.comparison import compare_runs
from cnnlab.comparison.costs import alike, times_differ
from tests.comparison.study_maker import write_run


def results_of(*seconds_of_arms):
    """Return the results of arms whose runs took so many seconds each."""
    runs = [
        write_run(f"{name}-{seed}", seed=seed, seconds=seconds, optimizer={"name": name})
        for name, own in zip(("sgd", "adam"), seconds_of_arms)
        for seed, seconds in enumerate(own)
    ]
    return compare_runs(runs).results


@pytest.mark.parametrize(
    ("seconds", "differ"),
    [
        (([7.5, 7.9], [7.7, 8.0]), False),  # means 0.15 apart, runs 0.4
        (([7.5, 7.9], [8.4, 8.5]), True),
        (([7.5], [8.0]), False),  # of one run each a tenth is nothing
        (([7.5], [8.5]), True),
    ],
)
def test_times_differ_where_means_lie_further_apart_than_runs(seconds, differ):
    results = results_of(*seconds)
    assert times_differ(results) == differ
    assert (alike(results) is None) == differ


def test_times_that_are_alike_are_said():
    assert alike(results_of([7.5, 7.9], [7.7, 8.0])) == (
        "Seconds of training are no axis here: arms differ in them (7.7 to 7.8 s) by no more than runs of one arm do."
    )


def test_one_arm_has_nothing_to_differ_from():
    results = results_of([7.5, 9.9])
    assert (times_differ(results), alike(results)) == (False, None)
