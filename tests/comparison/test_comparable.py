"""Runs on different data, or of versions with other results, are refused."""

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.comparison.arms import group_runs, read_arms
from cnnlab.comparison.comparable import check_same_data, check_same_schema
from tests.comparison.study_maker import folds, write_study
from tests.conftest import refusal


def test_runs_of_folds_can_be_compared_fold_by_fold():
    assert refusal(check_same_data, group_runs([*folds(3), *folds(4, optimizer={"name": "sgd"})])) is None


def test_folds_of_several_seeds_are_refused():
    expected = r"^seed: one for all folds, got 3 and 4 of fold 1 \(all runs\)\. Compare runs of one seed: cnnlab rep"
    with pytest.raises(ConfigError, match=expected):
        check_same_data(group_runs(folds(3, 4)))


DIFFERENT = [
    ({"dataset": {"name": "mnist"}}, "dataset: .*, got digits (arm0) and mnist (arm1)"),
    ({"dataset": {"name": "digits", "split_seed": 1}}, "dataset.split_seed: .*, got 0 (arm0) and 1 (arm1)"),
    (
        {"dataset": {"name": "digits", "split_seed": 0, "classes": ["1"]}},
        "dataset.classes: .*, got null (arm0) and ['1']",
    ),
    ({"dataset": {"name": "digits", "split_seed": 0, "val_fraction": 0.2}}, "dataset.val_fraction: .*, got null"),
    (
        {"dataset": {"name": "digits", "split_seed": 0, "folds": 5, "fold": 1}},
        "dataset.folds: .*, got null (arm0) and 5 (arm1)",
    ),
    ({"num_test": 90}, "dataset: .*, got 100 test images (arm0) and 90 test images (arm1)"),
    ({"content": "0123"}, "dataset.root: .*, got null (arm0) and files 0123 (arm1)"),
]


@pytest.mark.parametrize(("change", "message"), DIFFERENT)
def test_runs_on_different_data_or_splits_are_refused_by_the_setting(change, message):
    arms = read_arms(write_study({"arm0": [0.9], "arm1": [0.9]}, more={"arm1": change}))
    pattern = message.translate({ord(c): f"\\{c}" for c in "()[]"})
    with pytest.raises(ConfigError, match=f"^{pattern}"):
        check_same_data(arms)


SAME = [
    {"dataset": {"name": "digits", "split_seed": 0, "per_class": 10}},
    {"dataset": {"name": "digits", "split_seed": 0, "fraction": 0.5, "image_size": 64, "shuffle": False}},
    {"num_train": 10},
]


@pytest.mark.parametrize("change", SAME)
def test_runs_on_parts_of_the_training_images_can_be_compared(change):
    arms = read_arms(write_study({"arm0": [0.9], "arm1": [0.9]}, more={"arm1": change}))
    assert refusal(check_same_data, arms) is None


def test_folders_with_the_same_files_can_be_compared_wherever_they_lie():
    changes = {f"arm{i}": {"dataset": {"name": "image_folder", "root": f"place{i}"}, "content": "0123"} for i in (0, 1)}
    arms = read_arms(write_study({"arm0": [0.9], "arm1": [0.9]}, more=changes))
    assert refusal(check_same_data, arms) is None


def test_runs_of_two_schemas_cannot_be_compared():
    of_first = {"arm0": {"environment": {"schema": None}}}
    arms = read_arms(write_study({"arm0": [0.9], "arm1": [0.9]}, more=of_first))
    with pytest.raises(ConfigError, match=(
        r"^report: runs of cnnlab versions whose results differ cannot be compared, got schema 1 \(arm0\) and 6 "
        r"\(arm1\)\. Train the older ones anew: their command again\.$"
    )):  # fmt: skip
        check_same_schema(arms)


def test_run_without_a_result_keeps_no_others_from_being_compared():
    of_first = {"arm0": {"environment": {"schema": None}}}
    arms = read_arms(write_study({"arm0": ["failed"], "arm1": [0.9]}, more=of_first))
    assert refusal(check_same_schema, arms) is None
