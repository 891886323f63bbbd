"""Curves of an arm: mean and band over its seeds."""

from dataclasses import replace

import numpy as np
import pytest

from cnnlab.base.errors import RunError
from cnnlab.comparison import compare_study
from cnnlab.comparison.arms import NO_RESULT, read_arms
from cnnlab.comparison.curves import notes_on_curves, read_curves
from cnnlab.outputs.files import METRICS_COLUMNS, RUNS
from cnnlab.outputs.run_folder import RunFolder
from tests.comparison.study_maker import write_study


def metrics(run_id, **columns):
    rows = [dict(zip(columns, values)) for values in zip(*columns.values())]
    for epoch, row in enumerate(rows, 1):
        row["epoch"] = epoch
    RunFolder(RUNS / run_id).write_rows("metrics.csv", METRICS_COLUMNS, rows)


def arm_of(outcomes):
    return read_arms(write_study({"a": outcomes}))[0]


def test_mean_and_band_over_seeds_worked_by_hand():
    arm = arm_of([0.9, 0.9])
    metrics("trial-arm0-s0", val_accuracy=[0.1, 0.5], seconds=[1.0, 2.0])
    metrics("trial-arm0-s1", val_accuracy=[0.3, 0.6], seconds=[3.0, 4.0])
    curves = read_curves(arm)
    assert list(curves.bands) == ["val_accuracy"]
    band = curves.bands["val_accuracy"]
    np.testing.assert_allclose(band.mean, [0.2, 0.55])
    np.testing.assert_allclose(band.low, [0.1, 0.5])
    np.testing.assert_allclose(band.high, [0.3, 0.6])
    np.testing.assert_allclose(curves.seconds, [2.0, 5.0])  # (1 + 3) / 2, (1 + 2 + 3 + 4) / 2
    assert (curves.num_seeds, curves.num_epochs) == (2, 2)


def test_runs_whose_seconds_are_not_comparable_have_curves_without():
    arm = arm_of([0.9, 0.9])
    first, second = arm.runs
    curves = read_curves(replace(arm, runs=(first, replace(second, is_timed=False))))
    assert np.isnan(curves.seconds).all()
    assert curves.num_epochs == len(curves.bands["val_accuracy"].mean)


def test_curve_ends_with_the_seed_that_ended_first():
    arm = arm_of([0.9, 0.9])
    metrics("trial-arm0-s0", val_accuracy=[0.1, 0.2, 0.3], seconds=[1.0] * 3)
    metrics("trial-arm0-s1", val_accuracy=[0.3], seconds=[1.0])
    np.testing.assert_allclose(read_curves(arm).bands["val_accuracy"].mean, [0.2])


def test_what_is_not_finite_is_left_out():
    arm = arm_of(["interrupted"])
    metrics("trial-arm0-s0", train_loss=[1.0, "nan"], val_loss=["inf", "nan"], seconds=[1.0, 1.0])
    curves = read_curves(arm)
    assert list(curves.bands) == ["train_loss"]
    np.testing.assert_array_equal(curves.bands["train_loss"].mean, [1.0, np.nan])


def test_finished_seeds_are_shown_alone_once_there_are_some():
    arm = arm_of([0.9, "running"])
    metrics("trial-arm0-s1", val_accuracy=[0.1], seconds=[1.0])
    assert read_curves(arm).num_epochs == 3


@pytest.mark.parametrize("state", NO_RESULT)
def test_of_runs_without_a_result_those_are_shown_that_may_still_finish(state):
    arm = arm_of(["interrupted"])
    metrics("trial-arm0-s0", val_accuracy=[0.1], seconds=[1.0])
    arm = replace(arm, runs=(replace(arm.runs[0], state=state),))
    assert (read_curves(arm) is not None) == (state in ("running", "interrupted", "died", "pruned"))


def test_arm_that_has_not_begun_has_no_curves():
    assert read_curves(arm_of(["waiting", "running"])) is None


def test_arms_without_curves_and_without_results_are_told():
    results = compare_study(write_study({"a": [0.9], "b": ["diverged", "diverged"], "c": ["running"]})).results
    names = {"a": "first", "b": "second", "c": "third"}
    assert notes_on_curves(results, {"a", "c"}, names) == [
        "not drawn: second (diverged in 2 of 2)",
        "not finished: third",
    ]
    assert notes_on_curves(results[:1], {"a"}, names) == []


def test_metrics_that_are_no_numbers_are_an_error_that_names_the_file():
    arm = arm_of([0.9])
    metrics("trial-arm0-s0", val_accuracy=["high"], seconds=[1.0])
    with pytest.raises(RunError, match=r"metrics\.csv: cannot be read, could not convert string to float: 'high'\."):
        read_curves(arm)
