"""The table of runs: ranked, failed ones with their reason, as wide as the terminal."""

import json

from cnnlab.comparison.run_table import show
from cnnlab.outputs.files import RUNS
from tests.comparison.study_maker import write_run


def shown(capsys):
    show(list(RUNS.iterdir()))
    return capsys.readouterr().out.splitlines()


def test_table_ranks_by_validation_accuracy_and_names_what_to_open(capsys):
    write_run("a", val=0.5, test=0.99, epochs=7, seconds=12.34)
    write_run("b", val=0.91239, test=0.9, epochs=7, seconds=12.34)
    assert shown(capsys) == [
        "run  status    epoch  val %  test %  seconds",
        "b    finished      7  91.24   90.00     12.3",
        "a    finished      7  50.00   99.00     12.3",
        "open     outputs/runs/b",
    ]


def test_pictures_are_what_to_open_where_there_are_some(capsys):
    made = write_run("a")
    (made.path / "plots").mkdir()
    assert shown(capsys)[-1] == "open     outputs/runs/a/plots"


def test_runs_of_an_older_version_are_marked(capsys):
    write_run("a", val=0.5, test=0.5, epochs=7, seconds=12.34, environment={"schema": None})
    write_run("b", val=0.9, test=0.9, epochs=7, seconds=12.34)
    assert shown(capsys) == [
        "run  status      epoch  val %  test %  seconds",
        "b    finished        7  90.00   90.00     12.3",
        "a    finished *      7  50.00   50.00     12.3",
        "* older version of cnnlab: not compared with newer runs, and not resumed",
        "open     outputs/runs/b",
    ]


def test_failed_runs_stay_visible_with_their_error_in_one_line(capsys):
    write_run("a")
    write_run("b", state="failed", reason="RuntimeError: boom\nsecond line")
    write_run("c", state="diverged", reason="the loss is not finite at step 3 of epoch 1", seconds=12.34)
    write_run("d", state="failed", reason="long " * 40)
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
    write_run("a")
    (write_run("b").path / "summary.json").write_text("{")
    lines = shown(capsys)
    assert lines[1].split()[:3] == ["a", "finished", "3"]
    assert lines[2].split() == ["b", "damaged"]
    assert lines[3].startswith("  outputs/runs/b/summary.json: cannot be read (Expecting property name")


def test_file_that_was_cut_off_does_not_stop_the_table(capsys):
    made = write_run("a")
    (made.path / "summary.json").write_text(json.dumps({"best_epoch": 7})[:-1])
    (made.path / "config.yaml").write_text("seed: [")
    assert shown(capsys)[1].split() == ["a", "damaged"]


def test_setting_that_differs_is_a_column_where_there_is_room(capsys):
    write_run("a", optimizer={"name": "adam", "lr": 0.001})
    write_run("b", optimizer={"name": "adam", "lr": 0.1}, val=0.8)
    lines = shown(capsys)
    assert lines[0].split()[:3] == ["run", "optimizer.lr", "status"]
    assert [line.split()[1] for line in lines[1:3]] == ["0.001", "0.1"]


def test_setting_that_differs_is_left_out_where_there_is_no_room(capsys):
    for name, lr in (("a", 0.001), ("b", 0.1)):
        write_run(name * 36, optimizer={"name": "adam", "lr": lr})
    lines = shown(capsys)
    assert "lr" not in lines[0]
    assert max(map(len, lines)) <= 80
