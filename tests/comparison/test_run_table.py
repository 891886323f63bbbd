"""The table of runs: the newest first, failed ones with their reason, as wide as the terminal."""

import json
import time

import pytest

from cnnlab.comparison.run_table import read_lines, show, table
from cnnlab.outputs.files import RUNS
from tests.comparison.study_maker import write_run


@pytest.fixture(autouse=True)
def _terminal(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")


def begun(run_id, at, **more):
    """Write a run that was begun so many seconds after a moment of this year."""
    made = write_run(run_id, **more)
    started = time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(MOMENT + at))
    made.write_json("status.json", made.read_json("status.json") | {"started": started})
    return made


MOMENT = time.mktime((2026, 11, 26, 23, 37, 0, 0, 0, -1))


def shown(*, width=80):
    lines = table(read_lines(list(RUNS.iterdir())), now=MOMENT, width=width)
    assert max(map(len, lines)) <= width
    return lines


def test_newest_run_stands_first_with_when_data_and_epochs():
    begun("a", 0, val=0.9, test=0.99, epochs=7, seconds=12.34)
    begun("b", 60, val=0.51239, test=0.5, epochs=12, seconds=12.34)
    assert shown() == [
        "run  when          data    epochs  val %  test %  seconds",
        "b    Nov 26 23:38  digits      12  51.24   50.00     12.3",
        "a    Nov 26 23:37  digits       7  90.00   99.00     12.3",
    ]


def test_of_another_year_the_year_is_told():
    begun("a", -366 * 24 * 3600)
    assert shown()[1].split()[1] == "2025-11-25"


def test_run_is_called_by_the_hash_at_the_end_of_its_id():
    write_run("cnn6-batch-relu-adam-s0-8ba5cd47c1")
    assert shown()[1].split()[0] == "8ba5cd47c1"


def test_data_of_image_files_is_their_folder_and_what_is_learnt_at_once_has_no_epochs():
    write_run("a", dataset={"name": "image_folder", "root": "/home/me/photos"}, optimizer=None)
    assert shown()[0].split()[:4] == ["run", "when", "data", "val"]
    assert "photos" in shown()[1]


def test_newest_are_shown_and_older_ones_counted(capsys):
    for number in range(5):
        begun(f"r{number}", number)
    show(read_lines(list(RUNS.iterdir())), most=3)
    out = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in out[1:4]] == ["r4", "r3", "r2"]
    assert out[4:] == [
        "and 2 older: cnnlab report --all, or choose: cnnlab report dataset=digits",
        "open     outputs/runs/r4",
    ]


def test_pictures_are_what_to_open_where_there_are_some(capsys):
    (write_run("a").path / "plots").mkdir()
    show(read_lines([RUNS / "a"]))
    assert capsys.readouterr().out.endswith("open     outputs/runs/a/plots\n")


def test_runs_of_an_older_version_are_marked(capsys):
    write_run("a", environment={"schema": None})
    show(read_lines([RUNS / "a"]))
    out = capsys.readouterr().out.splitlines()
    assert "finished *" in out[1]
    assert out[2] == "* older version of cnnlab: not compared with newer runs, and not resumed"


def test_failed_runs_stay_visible_with_their_error_in_one_line():
    begun("a", 3)
    begun("b", 2, state="failed", reason="RuntimeError: boom\nsecond line")
    begun("c", 1, state="diverged", reason="the loss is not finite at step 3 of epoch 1", seconds=12.34)
    begun("d", 0, state="failed", reason="long " * 40)
    lines = shown()
    assert lines[2:6] == [
        "b    Nov 26 23:37  digits       3  failed",
        "  RuntimeError: boom",
        "c    Nov 26 23:37  digits       3  diverged                    12.3",
        "  the loss is not finite at step 3 of epoch 1",
    ]
    assert lines[7].endswith("long …")


def test_run_whose_files_are_damaged_does_not_keep_the_others_from_being_shown():
    begun("a", 2)
    (begun("b", 1).path / "summary.json").write_text("{")
    made = begun("c", 0)
    (made.path / "summary.json").write_text(json.dumps({"best_epoch": 7})[:-1])
    (made.path / "config.yaml").write_text("seed: [")
    lines = shown()
    assert "finished" in lines[1]
    assert "damaged" in lines[2]
    assert lines[3].startswith("  outputs/runs/b/summary.json: cannot be read (Expecting property name")
    assert "damaged" in lines[4]


def test_tags_are_a_column_and_a_note_stands_under_its_run():
    begun("a", 0, tags=["thesis", "first"], note="with the new\nlamp")
    begun("b", 1, state="failed", reason="boom", note="again")
    lines = shown()
    assert lines[0].split()[4:6] == ["status", "tags"]
    assert lines[2:] == ["  boom", "  again", lines[4], r"  with the new\nlamp"]
    assert "thesis,first" in lines[4]


def test_settings_that_differ_are_columns_where_there_is_room():
    write_run("a", optimizer={"name": "adam", "lr": 0.001}, seed=0)
    write_run("b", optimizer={"name": "adam", "lr": 0.1}, seed=1)
    assert shown()[0].split()[:6] == ["run", "when", "data", "epochs", "seed", "optimizer.lr"]
    assert "optimizer.lr" not in shown(width=58)[0]


def test_key_that_differs_since_its_part_does_is_no_column():
    write_run("a", optimizer={"name": "adam", "lr": 0.001})
    write_run("b", optimizer={"name": "sgd", "lr": 0.1})
    assert shown()[0].split()[:6] == ["run", "when", "data", "epochs", "optimizer", "val"]
