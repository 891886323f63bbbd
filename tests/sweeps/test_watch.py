"""Watching a sweep by the files of its runs."""

import csv
import io
import time
from contextlib import redirect_stdout

import pytest

from cnnlab.outputs.files import METRICS_COLUMNS
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import write_status
from cnnlab.outputs.study_folder import StudyFolder
from cnnlab.sweeps.watch import RunProgress, Watch, Watched, read_progress, run_line


def watched(path, name, *, is_rerun=False):
    return Watched(RunFolder(path / "runs" / name), f"run={name}", 0, 20, {"run": name}, is_rerun=is_rerun)


def finish(run, *, accuracy=0.9):
    summary = {"best_epoch": 7, "val": {"accuracy": accuracy}, "test": {"accuracy": 0.8}, "seconds": {"train": 65.0}}
    run.folder.write_json("summary.json", summary)
    write_status(run.folder, "finished")


def train_epochs(run, accuracies):
    write_status(run.folder, "running")
    rows = [dict.fromkeys(METRICS_COLUMNS, 0) | {"epoch": i, "val_accuracy": a} for i, a in enumerate(accuracies, 1)]
    run.folder.write_rows("metrics.csv", METRICS_COLUMNS, rows)


def results(path):
    with (path / "study" / "results.csv").open(newline="") as file:
        return [(row["run"], row["status"], row["val_accuracy"]) for row in csv.DictReader(file)]


def test_run_that_was_never_started_waits(tmp_path):
    assert read_progress(watched(tmp_path, "a"), since=0) == RunProgress("waiting")


def test_run_that_has_its_lock_but_does_not_hold_it_yet_is_not_called_dead(tmp_path):
    run = watched(tmp_path, "a")
    run.folder.path.mkdir(parents=True)
    run.folder.lock.touch()
    assert read_progress(run, since=0) == RunProgress("waiting")


def test_running_run_tells_its_last_epoch(tmp_path):
    run = watched(tmp_path, "a")
    train_epochs(run, [0.1, 0.25])
    assert read_progress(run, since=0) == RunProgress("running", 2, 0.25)


def test_finished_run_tells_its_figures(tmp_path):
    run = watched(tmp_path, "a")
    finish(run)
    assert read_progress(run, since=time.time() + 60) == RunProgress("finished", 7, 0.9, 65.0)


def test_failure_before_the_sweep_is_forgotten_since_the_run_is_tried_again(tmp_path):
    run = watched(tmp_path, "a")
    write_status(run.folder, "failed", error="no space")
    assert read_progress(run, since=time.time() + 60) == RunProgress("waiting")
    assert read_progress(run, since=0) == RunProgress("failed", error="no space")


def test_finished_run_that_is_to_be_trained_again_waits(tmp_path):
    run = watched(tmp_path, "a", is_rerun=True)
    finish(run)
    assert read_progress(run, since=time.time() + 60) == RunProgress("waiting")


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


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize("label", ["seed=0", "optimizer=adam " * 8])
@pytest.mark.parametrize(
    "progress",
    [
        RunProgress("running", 3, 0.5),
        RunProgress("finished", 3, 0.5, 4000.0),
        RunProgress("failed", error="ValueError: " * 20),
    ],
)
def test_line_of_a_run_fits_into_its_width(progress, label, width, tmp_path):
    run = Watched(RunFolder(tmp_path), label, 0, 20, {})
    assert len(run_line(run, progress, width=width)) <= width


def test_long_name_of_a_run_leaves_its_figures_whole(tmp_path):
    run = Watched(RunFolder(tmp_path), "model.conv_layers=6 model.linear_layers=2 seed=1", 0, 20, {})
    line = run_line(run, RunProgress("finished", 3, 0.397, 62.0), width=74)
    assert line.endswith("  val  39.7 %  1 min 2 s")
    assert "…" in line
    assert len(line) == 74
