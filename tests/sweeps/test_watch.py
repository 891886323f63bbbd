"""Watching a sweep by the files of its runs."""

import csv
import io
import time
from contextlib import redirect_stdout

import pytest

from cnnlab.outputs.status import write_status
from cnnlab.outputs.study_folder import StudyFolder
from cnnlab.sweeps.run_progress import read_progress
from cnnlab.sweeps.watch import Watch
from tests.sweeps.watched_maker import finish, train_epochs, watched


def results(path):
    with (path / "study" / "results.csv").open(newline="") as file:
        return [(row["run"], row["status"], row["val_accuracy"]) for row in csv.DictReader(file)]


DAMAGES = [
    ("summary.json", '{"best_epoch": "x", "val": {"accuracy": []}, "seconds": {"train": {}}}'),
    ("summary.json", '{"best_epoch": 1e999, "val": {"accuracy": NaN}, "seconds": {"train": 1e400}}'),
    ("summary.json", "[" * 100_000),
    ("status.json", '{"status": "failed", "error": 5}'),
    ("status.json", '{"status": "failed", "error": ""}'),
    ("status.json", '{"status": ["running"]}'),
    ("status.json", '{"status": "running", "pid": "x"}'),
    ("status.json", ""),
    ("metrics.csv", "epoch,val_accuracy\nx,y\n"),
    ("metrics.csv", "epoch,val_accuracy\n" + "9" * 5000 + ",0.5\n"),
    ("metrics.csv", "colour\nred\n"),
    ("metrics.csv", "\0\n"),
    ("metrics.csv", "\udcff\n"),
]


@pytest.mark.parametrize("ends", [True, False], ids=["ended", "running"])
@pytest.mark.parametrize(("name", "content"), DAMAGES, ids=range(len(DAMAGES)))
def test_damaged_files_of_a_run_do_not_end_the_watch(tmp_path, capsys, name, content, ends):
    damaged, other = watched(tmp_path, "a"), watched(tmp_path, "b")
    with Watch("sweep", StudyFolder(tmp_path / "study"), [damaged, other]) as watch:
        train_epochs(damaged, [0.1])
        if ends:
            finish(damaged)
        (damaged.folder.path / name).write_bytes(content.encode(errors="surrogateescape"))
        assert watch.head().startswith("sweep: ")
        finish(other)
    assert "finished    run=b" in capsys.readouterr().out
    assert results(tmp_path)[1] == ("b", "finished", "0.9")


def test_results_follow_the_runs(tmp_path):
    runs = [watched(tmp_path, name) for name in "ab"]
    with Watch("sweep", StudyFolder(tmp_path / "study"), runs):
        assert results(tmp_path) == [("a", "waiting", ""), ("b", "waiting", "")]
        finish(runs[0])
    assert results(tmp_path) == [("a", "finished", "0.9"), ("b", "waiting", "")]


def test_results_are_refreshed_while_others_run(tmp_path):
    runs = [watched(tmp_path, name) for name in "ab"]
    with Watch("sweep", StudyFolder(tmp_path / "study"), runs):
        finish(runs[0])
        deadline = time.monotonic() + 20
        while results(tmp_path)[0][1] != "finished":
            assert time.monotonic() < deadline, "no refresh within 20 s"
            time.sleep(0.05)


def test_without_a_terminal_a_line_tells_every_run_that_ends(tmp_path, capsys):
    runs = [watched(tmp_path, name) for name in "abc"]
    finish(runs[0])
    with Watch("sweep", StudyFolder(tmp_path / "study"), runs):
        finish(runs[1])
        write_status(runs[2].folder, "failed", error="no space\nat all")
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["2/3", "finished", "run=b", "val", "90.0", "%", "1", "min", "5", "s"],
        ["3/3", "failed", "run=c", "no", "space"],
    ]


def test_lines_of_runs_that_have_ended_stay_on_a_terminal_too(tmp_path, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    runs, file = [watched(tmp_path, name) for name in "ab"], io.StringIO()
    file.isatty = lambda: True
    with redirect_stdout(file), Watch("sweep", StudyFolder(tmp_path / "study"), runs):
        finish(runs[0])
    assert "1/2 finished    run=a" in file.getvalue()


def test_head_counts_the_runs(tmp_path):
    runs = [watched(tmp_path, name) for name in "abcd"]
    finish(runs[0])
    train_epochs(runs[1], [])
    with Watch("depth", StudyFolder(tmp_path / "study"), runs) as watch:
        write_status(runs[2].folder, "failed", error="no space")
    assert watch.head().startswith("depth: 1 of 4 done, 1 running, 1 waiting, 1 failed")


def test_look_reads_only_the_files_of_runs_that_have_begun(tmp_path, monkeypatch):
    runs = [watched(tmp_path, name) for name in "abcd"]
    finish(runs[0])
    watch = Watch("sweep", StudyFolder(tmp_path / "study"), runs)
    train_epochs(runs[2], [0.1])
    looked_at = []
    monkeypatch.setattr(
        "cnnlab.sweeps.watch.read_progress", lambda run, since: looked_at.append(run) or read_progress(run, since=since)
    )
    watch.say([])
    assert looked_at == [runs[2]]
    assert watch.counts() == {"done": 1, "running": 1, "waiting": 2, "failed": 0}


def test_live_table_of_a_large_sweep_shows_counts_and_what_runs(tmp_path, capsys):
    runs = [watched(tmp_path, str(number)) for number in range(40)]
    with Watch("sweep", StudyFolder(tmp_path / "study"), runs) as watch:
        for run in runs[:30]:
            finish(run)
        write_status(runs[30].folder, "failed", error="no space")
        train_epochs(runs[31], [0.1])
        watch.say([])
        head, *lines = [str(line) for line in watch._table().renderables]
    assert head.startswith("sweep: 30 of 40 done, 1 running, 8 waiting, 1 failed")
    assert [line.split()[1] for line in lines] == ["run=31"]
    assert capsys.readouterr().out.count("finished") == 30


def test_failed_run_that_is_tried_again_is_told_once_more_and_counted_once(tmp_path, capsys):
    run, other = watched(tmp_path, "a"), watched(tmp_path, "b")
    watch = Watch("sweep", StudyFolder(tmp_path / "study"), [run, other])
    write_status(run.folder, "failed", error="no space")
    watch.say([])
    train_epochs(run, [0.1])
    watch.say([])
    assert watch.counts() == {"done": 0, "running": 1, "waiting": 1, "failed": 0}
    finish(run)
    watch.say([])
    assert [line.split()[:2] for line in capsys.readouterr().out.splitlines()] == [
        ["1/2", "failed"],
        ["1/2", "finished"],
    ]
