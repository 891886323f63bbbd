"""`cnnlab report`: the table of runs."""

import json
import os
import socket

import pytest

from cnnlab.cli.main import main
from cnnlab.outputs.files import OUTPUTS, RUNS
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import read_status, write_status
from tests.comparison.study_maker import write_run, write_study

GONE = 2**22 + 1  # above the largest process id of Linux


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


def run(name, *, status="finished", val=0.9, test=0.8, seconds=12.34, config=None, **more):
    made = RunFolder(RUNS / name)
    made.write_config({"seed": 0, "optimizer": {"name": "adam", "lr": 0.001}} | (config or {}), [])
    write_status(made, status, **more)
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
    ids=["gone", "alive", "elsewhere"],
)
def test_running_is_believed_while_the_process_lives_or_cannot_be_asked(pid, host, status, capsys):
    made = run("a", status="running")
    made.write_json("status.json", read_status(made) | {"pid": pid, "host": host})
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
    expected = "run: unknown 'cnn6-adma-s0'. The nearest of 1: cnn6-adam-s0. See: cnnlab report\n"
    assert capsys.readouterr().err == expected


def test_file_that_was_cut_off_does_not_stop_the_table(capsys):
    made = run("a")
    (made.path / "summary.json").write_text(json.dumps({"best_epoch": 7})[:-1])
    (made.path / "config.yaml").write_text("seed: [")
    assert shown(capsys)[1].split() == ["a", "damaged"]


def test_help_is_of_argparse(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["report", "--help"])
    assert capsys.readouterr().out.startswith("usage: cnnlab report [-h]")


ARMS = {"optimizer=sgd": [0.70, 0.80, 0.90], "optimizer=adam": [0.75, 0.84, 0.94]}


@pytest.mark.parametrize("name", ["trial", "outputs/trial"])
def test_study_is_compared_by_name_or_folder(name, capsys):
    write_study(ARMS)
    lines = shown(capsys, name)
    assert lines[1] == "adam      *  3  84.33  84.33 ± 23.61  +4.33 ± 1.43  better"
    assert lines[-1] == "open     outputs/trial/report.html"
    assert (OUTPUTS / "trial" / "comparison.csv").is_file()


def test_several_runs_are_compared_grouped_by_their_settings(capsys):
    for seed in (0, 1):
        write_run(f"a{seed}", seed=seed, optimizer={"name": "sgd"})
        write_run(f"b{seed}", seed=seed, optimizer={"name": "adam"})
    lines = shown(capsys, "a0", "a1", "b0", "b1")
    assert [line.split()[0] for line in lines[:3]] == ["optimizer", "sgd", "adam"]
    assert lines[-1] == "open     outputs/comparison/report.html"


def test_other_baseline_and_markdown(capsys):
    write_study(ARMS)
    lines = shown(capsys, "trial", "--baseline", "adam", "--format", "markdown")
    assert lines[0].startswith("| optimizer | n |")
    assert lines[3] == "| sgd | 3 | 80.00 | 80.00 ± 24.84 | -4.33 ± 1.43 | 0.006 | worse | 2.0 |"


def test_table_of_all_runs_names_the_studies(capsys):
    write_study(ARMS)
    assert shown(capsys)[:2] == ["studies  trial  (compare: cnnlab report trial)", ""]


WRONG = [
    (["trial", "other"], "report: takes one study, or several runs, got trial other."),
    (["trial", "--baseline", "x"], "baseline: unknown arm 'x'. Known: optimizer=adam, optimizer=sgd."),
    (["--baseline", "x"], "report: --baseline and --format need what is to be compared: a study, or several runs."),
]


@pytest.mark.parametrize(("args", "message"), WRONG)
def test_wrong_words_are_answered_by_one_line(args, message, capsys):
    write_study(ARMS)
    assert main(["report", *args]) == 2
    assert capsys.readouterr().err == f"{message}\n"
