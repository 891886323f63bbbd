"""`cnnlab report`: the table of runs."""

import json
import os
import socket

import pytest

from cnnlab.artifacts import RUNS, RunFolder
from cnnlab.cli import main

GONE = 2**22 + 1  # above the largest process id of Linux


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


def run(name, *, status="finished", val=0.9, test=0.8, seconds=12.34, config=None, **more):
    made = RunFolder(RUNS / name)
    made.write_config({"seed": 0, "optimizer": {"name": "adam", "lr": 0.001}} | (config or {}), [])
    made.write_status(status, **more)
    if status in ("finished", "diverged"):
        figures = None if status == "diverged" else {"accuracy": val}
        made.write_json("summary.json", {
            "status": status, "best_epoch": 7, "selected_by": "validation accuracy", "parameters": 9,
            "images_per_second": 5.0, "seconds": {"train": seconds}, "train": figures, "val": figures,
            "test": figures and {"accuracy": test, "majority_accuracy": 0.1},
        })  # fmt: skip
    return made


def shown(capsys, *args):
    assert main(["report", *args]) == 0
    return capsys.readouterr().out.splitlines()


def test_no_runs_is_said_in_one_line_that_helps(capsys):
    assert shown(capsys) == ["no runs in outputs/runs. Train one: cnnlab train"]


def test_table_ranks_by_validation_accuracy_and_names_what_to_open(capsys):
    run("a", val=0.5, test=0.99)
    run("b", val=0.91239, test=0.9)
    assert shown(capsys) == [
        "run  status    epoch  val %  test %  seconds",
        "b    finished      7  91.24   90.00     12.3",
        "a    finished      7  50.00   99.00     12.3",
        "open     outputs/runs/b",
    ]


def test_pictures_are_what_to_open_where_there_are_some(capsys):
    made = run("a")
    (made.path / "plots").mkdir()
    assert shown(capsys)[-1] == "open     outputs/runs/a/plots"


def test_failed_runs_stay_visible_with_their_error_in_one_line(capsys):
    run("a")
    run("b", status="failed", error="RuntimeError: boom\nsecond line")
    run("c", status="diverged", error="the loss is not finite at step 3 of epoch 1")
    run("d", status="failed", error="long " * 40)
    lines = shown(capsys)
    assert lines[2:6] == [
        "b    failed",
        "  RuntimeError: boom",
        "c    diverged                           12.3",
        "  the loss is not finite at step 3 of epoch 1",
    ]
    assert lines[7].endswith("long …")
    assert max(map(len, lines)) <= 80


def test_run_whose_summary_is_damaged_does_not_keep_the_others_from_being_shown(capsys):
    run("a")
    (run("b").path / "summary.json").write_text("{")
    lines = shown(capsys)
    assert lines[1].split()[:3] == ["a", "finished", "7"]
    assert lines[2].split() == ["b", "damaged"]
    assert lines[3].startswith("  outputs/runs/b/summary.json: cannot be read (Expecting property name")


@pytest.mark.parametrize(
    ("pid", "host", "status"),
    [
        (GONE, socket.gethostname(), "died"),
        (os.getpid(), socket.gethostname(), "running"),
        (GONE, "elsewhere", "running"),
    ],
)
def test_running_is_believed_while_the_process_lives_or_cannot_be_asked(pid, host, status, capsys):
    made = run("a", status="running")
    made.write_json("status.json", made.read_json("status.json") | {"pid": pid, "host": host})
    assert shown(capsys)[1].split() == ["a", status]


def test_setting_that_differs_is_a_column_where_there_is_room(capsys):
    run("a", config={"epochs": 5, "optimizer": {"name": "adam", "lr": 0.001}})
    run("b", config={"epochs": 5, "optimizer": {"name": "adam", "lr": 0.1}}, val=0.8)
    lines = shown(capsys)
    assert lines[0].split()[:3] == ["run", "optimizer.lr", "status"]
    assert [line.split()[1] for line in lines[1:3]] == ["0.001", "0.1"]


def test_setting_that_differs_is_left_out_where_there_is_no_room(capsys):
    for name, lr in (("a", 0.001), ("b", 0.1)):
        run(name * 36, config={"optimizer": {"name": "adam", "lr": lr}})
    lines = shown(capsys)
    assert "lr" not in lines[0]
    assert max(map(len, lines)) <= 80


def test_one_run_is_shown_by_folder_id_or_beginning_of_its_id(capsys):
    run("abc")
    run("xyz")
    for text in ("outputs/runs/abc", "abc", "ab"):
        lines = shown(capsys, text)
        assert [line.split()[0] for line in lines[1:-1]] == ["abc"]


def test_run_that_does_not_exist_names_the_nearest(capsys):
    run("cnn6-adam-s0")
    assert main(["report", "cnn6-adma-s0"]) == 2
    expected = "run: unknown 'cnn6-adma-s0'. Did you mean 'cnn6-adam-s0'? Known: cnn6-adam-s0.\n"
    assert capsys.readouterr().err == expected


def test_file_that_was_cut_off_does_not_stop_the_table(capsys):
    made = run("a")
    (made.path / "summary.json").write_text(json.dumps({"best_epoch": 7})[:-1])
    (made.path / "config.yaml").write_text("seed: [")
    assert shown(capsys)[1].split() == ["a", "damaged"]


def test_help_is_of_argparse(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["report", "--help"])
    assert capsys.readouterr().out.startswith("usage: cnnlab report [-h] [RUN ...]")
