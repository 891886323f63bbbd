"""How far a run is, by its files."""

import time

import pytest

from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import write_status
from cnnlab.sweeps.run_progress import RunProgress, Watched, read_progress, run_line
from tests.sweeps.watched_maker import finish, train_epochs, watched


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
