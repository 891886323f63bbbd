"""Accuracies that trials have to reach, worked by hand."""

import pytest

from cnnlab.sweeps.tuning.pruning import Way, bars


def ways(*curves, finished=True):
    return [Way(number, curve, finished) for number, curve in enumerate(curves)]


FIVE = ways((0.1, 0.9, 0.9), (0.2, 0.8, 0.9), (0.3, 0.2, 0.9), (0.4, 0.5, 0.9), (0.5, 0.6, 0.9))


def test_median_is_of_the_best_epochs_so_far_of_finished_trials():
    pruned = [Way(5, (0.99,), is_finished=False)]
    assert bars("median", 9, 3, [*FIVE, *pruned]) == [0.3, 0.6]
    assert bars("median", 9, 3, FIVE[:4]) == []


def test_trial_that_stopped_by_itself_keeps_what_it_had():
    assert bars("median", 9, 4, ways(*[(0.123456, 0.2)] * 5)) == [0.1234, 0.2, 0.2]


def test_long_runs_are_judged_ten_times():
    found = bars("median", 9, 100, ways(*[(0.5,) * 100] * 5))
    assert [epoch for epoch, bar in enumerate(found, 1) if bar is not None] == list(range(10, 100, 10))


def test_one_in_three_of_a_bracket_goes_on_at_each_of_its_rungs():
    # 3 brackets of 4 epochs: rungs 1 and 3, rung 3, none
    before = [Way(number, (number / 100, 0.0, number / 50), True) for number in range(18)]
    assert bars("hyperband", 18, 4, before) == [0.12, None, 0.24]  # of 0, 3, ..., 15 the second best
    assert bars("hyperband", 19, 4, before) == [None, None, 0.26]
    assert bars("hyperband", 20, 4, before) == []


def test_pruned_trials_count_at_the_rungs_that_they_reached():
    before = [Way(0, (0.1,), False), Way(3, (0.2,), False), Way(6, (0.3, 0.4, 0.5, 0.6), True)]
    assert bars("hyperband", 9, 4, before) == [0.3]


@pytest.mark.parametrize("kind", ["median", "hyperband", "none"])
def test_without_trials_before_or_with_one_epoch_there_is_no_bar(kind):
    assert bars(kind, 0, 10, []) == bars(kind, 9, 1, FIVE) == []
