"""Runs grouped into arms."""

import dataclasses

import pytest

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.comparison.arms import NO_RESULT, arm_called, find_arm, group_runs, read_arms, read_run
from cnnlab.outputs.files import RUNS
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.standing import DIED
from cnnlab.outputs.status import read_status, write_status
from cnnlab.outputs.study_folder import GridRow
from tests.comparison.study_maker import folds, write_run, write_study


def test_arms_are_in_the_order_typed_and_hold_their_seeds():
    folder = write_study({"optimizer=sgd": [0.8, 0.9], "optimizer=adam": [0.7, 0.6]})
    arms = read_arms(folder)
    assert [arm.name for arm in arms] == ["optimizer=sgd", "optimizer=adam"]
    assert [(run.seed, run.accuracy("test")) for run in arms[1].runs] == [("0", 0.7), ("1", 0.6)]


def test_every_state_stays_visible():
    states = [state for state in NO_RESULT if state not in ("refused", "died", "damaged")]
    (arm,) = read_arms(write_study({"optimizer=sgd": [0.9, *states, "refused: optimizer.lr: must be > 0."]}))
    assert [run.state for run in arm.runs] == ["finished", *states, "refused"]
    assert arm.runs[-1].reason == "optimizer.lr: must be > 0."
    assert len(arm.finished) == 1


def test_run_that_stands_twice_in_the_grid_counts_once():
    folder = write_study({"optimizer=sgd": [0.9]})
    (row,) = folder.read_grid()
    folder.write_grid(folder.read_study(), [row, row])
    assert len(read_arms(folder)[0].runs) == 1


def test_summary_of_an_earlier_training_does_not_count_while_it_runs_again():
    folder = write_run("a", test=0.9)
    write_status(folder, "running")
    run = read_run(folder)
    assert (run.state, run.accuracy("test"), run.seconds("train")) == ("running", None, None)


def test_run_whose_process_is_gone_says_so():
    folder = write_run("a", state="running")
    folder.write_json("status.json", {**read_status(folder), "pid": 2**22 + 1})  # more than Linux gives
    run = read_run(folder)
    assert (run.state, run.reason) == ("died", DIED)


def test_run_whose_summary_is_lost_is_damaged_and_says_so():
    folder = write_run("a", test=0.9)
    (folder.path / "summary.json").write_text("{")
    run = read_run(folder)
    assert (run.state, run.is_finished, run.accuracy("test")) == ("damaged", False, None)
    assert "its result is lost" in run.reason


def test_reason_of_a_failure_is_its_first_line():
    write_run("a", state="failed", reason="RuntimeError: boom\nmore")
    assert read_run(RunFolder(RUNS / "a")).reason == "RuntimeError: boom"


def test_settings_leave_out_the_machine_the_command_the_study_and_what_is_off():
    dataset = {"name": "digits", "split_seed": 0, "memory_limit": 1.0}
    run = read_run(write_run("a", threads=3, rerun=True, reported={"a": {}}, patience=None, dataset=dataset))
    assert run.settings == {
        "dataset": "digits", "dataset.split_seed": "0", "optimizer": "adam", "epochs": "3", "seed": "0",
    }  # fmt: skip


def test_single_runs_are_grouped_by_every_setting_but_the_seed():
    for seed in (10, 2):
        write_run(f"a{seed}", seed=seed, optimizer={"name": "sgd", "lr": 0.1})
        write_run(f"b{seed}", seed=seed, optimizer={"name": "sgd", "lr": 0.2}, threads=seed)
    write_run("c", seed=0, optimizer={"name": "adam", "lr": 0.1, "eps": 1e-8})
    arms = group_runs([RunFolder(RUNS / name) for name in ("a10", "a2", "b10", "b2", "c")])
    assert [(arm.name, [run.seed for run in arm.runs]) for arm in arms] == [
        ("optimizer=sgd optimizer.lr=0.1", ["2", "10"]),
        ("optimizer=sgd optimizer.lr=0.2", ["2", "10"]),
        ("optimizer=adam optimizer.lr=0.1", ["0"]),
    ]


def test_single_runs_of_folds_are_one_arm_and_pair_by_the_fold():
    adam, sgd = group_runs([*folds(3), *folds(4, optimizer={"name": "sgd"})])
    assert [(arm.name, [run.unit for run in arm.runs]) for arm in (adam, sgd)] == [
        ("optimizer=adam", ["1", "2"]), ("optimizer=sgd", ["1", "2"]),
    ]  # fmt: skip
    assert "dataset.fold" not in adam.settings
    assert sgd.settings["dataset.folds"] == "2"


def test_fold_of_a_study_is_that_of_its_grid():
    folder = write_study({"optimizer=sgd": [0.9]})
    rows = [dataclasses.replace(row, fold=str(fold)) for row in folder.read_grid() for fold in (1, 2)]
    folder.write_grid(folder.read_study(), [*rows, GridRow("optimizer=sgd", "0", "", "", "wrong", "3")])
    (arm,) = read_arms(folder)
    assert [run.unit for run in arm.runs] == ["1", "2", "3"]


def test_single_run_without_configuration_is_an_error():
    with pytest.raises(RunError, match=r"config\.yaml: cannot be read"):
        group_runs([RunFolder(RUNS / "nothing")])


GRID = [f"optimizer={name} optimizer.lr={lr}" for name in ("momentum", "adam") for lr in ("0.1", "0.01")]


@pytest.mark.parametrize(
    "typed",
    [
        "optimizer=adam optimizer.lr=0.01",
        "adam lr=0.01",  # as table and curves have it
        "adam 0.01",
        "adam, 0.01",
        "lr=0.01 adam",
        "adam …=0.01",  # as cut to the room of a column
    ],
)
def test_baseline_is_named_as_it_is_shown_or_by_its_values(typed):
    assert arm_called(typed, GRID) == "optimizer=adam optimizer.lr=0.01"


@pytest.mark.parametrize("typed", ["adam", "0.01", "momentum adam", "…", ""])
def test_baseline_that_could_be_several_arms_is_refused(typed):
    with pytest.raises(ConfigError, match=f"baseline: unknown arm '{typed}'"):
        arm_called(typed, GRID)


def test_unknown_baseline_names_the_nearest():
    arms = read_arms(write_study({"optimizer=sgd": [0.9], "optimizer=adam": [0.9]}))
    expected = r"baseline: unknown arm 'optimizer=adm'\. Did you mean 'optimizer=adam'\? Known: optimizer=adam, optim"
    with pytest.raises(ConfigError, match=expected):
        find_arm(arms, "optimizer=adm")
