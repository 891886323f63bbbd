"""Looking on at a sweep or a run from another process."""

import os
import threading
import time

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.base.stopping import Stop
from cnnlab.outputs.status import write_status
from cnnlab.outputs.study_folder import Asked, GridRow, Study, StudyFolder
from cnnlab.sweeps.onlooking import look_on_run, look_on_sweep, what_goes_on
from tests.sweeps.watched_maker import finish, train_epochs, watched

RUNS = ("a", "b")


@pytest.fixture
def study(in_empty_folder, monkeypatch):
    """A study of two runs that a sweep is at, in this process; the first run has ended before."""
    for module in ("onlooking", "watch"):
        monkeypatch.setattr(f"cnnlab.sweeps.{module}._PAUSE", 0.05)
    folder = StudyFolder.named("mine")
    write_grid(folder, RUNS)
    write_status(folder, "running")
    finish(run(RUNS[0]))
    return folder


def run(name):
    return watched(StudyFolder.named("mine").path.parent, name)


def write_grid(folder, names):
    rows = [GridRow(f"optimizer={name}", "0", name, f"optimizer={name}") for name in names]
    folder.write_grid(Study("mine", "cnnlab -m", asked=Asked((), {"epochs": "20"})), rows)


def later(*steps):
    """Do some steps in another thread, while somebody looks on."""

    def go_on():
        for step in steps:
            time.sleep(0.5)
            step()

    threading.Thread(target=go_on).start()


def files():
    return {path: path.stat().st_mtime_ns for path in StudyFolder.named("mine").path.rglob("*")}


def test_onlooker_tells_of_runs_that_lead_to_those_of_the_grid(study, capsys):
    rows = [GridRow("optimizer=c epochs=2", "10000", "c", "epochs=2")]
    study.write_grid(study.read_study(), study.read_grid(), leading=rows)
    later(lambda: (train_epochs(run("c"), [0.5]), finish(run("c"))), lambda: write_status(study, "finished"))
    look_on_sweep(study, Stop())
    assert "optimizer=c epochs=2 seed=10000" in capsys.readouterr().out


def test_onlooker_tells_of_runs_that_end_and_ends_with_the_sweep(study, capsys):
    later(
        lambda: train_epochs(run("b"), [0.5, 0.6]),
        lambda: (finish(run("b")), write_grid(study, (*RUNS, "c"))),
        lambda: finish(run("c")),
        lambda: write_status(study, "finished"),
    )
    look_on_sweep(study, Stop())
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[1:3] for line in told[:2]] == [["finished", f"optimizer={name}"] for name in ("b", "c")]
    assert told[2:] == ["mine: 3 of 3 done; finished", f"open     {study.path}"]
    assert not (study.path / "results.csv").exists()


def test_nothing_is_written_and_what_has_ended_is_said_at_once(study, capsys):
    write_status(study, "interrupted")
    (study.path / "report.html").touch()
    before = files()
    look_on_sweep(study, Stop())
    assert files() == before
    assert capsys.readouterr().out.endswith(
        f"mine: 1 of 2 done, 1 waiting; interrupted\nopen     {study.path / 'report.html'}\n"
    )


def test_sweep_whose_process_was_killed_has_ended(study, capsys):
    study.write_json("status.json", {**study.read_json("status.json"), "pid": 2**22 + 1})
    look_on_sweep(study, Stop())
    assert "; its process has ended without a word\n" in capsys.readouterr().out


def test_run_is_looked_on_at_until_it_ends(study, capsys):
    alone = run("b")
    alone.folder.write_config({"epochs": 20}, [])
    train_epochs(alone, [0.5])
    later(lambda: finish(alone))
    look_on_run(alone.folder, Stop())
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("1/1 finished")
    assert told[1:] == ["b: finished", f"open     {alone.folder.path}"]


def test_what_goes_on_comes_before_what_has_ended(study):
    assert what_goes_on().path == study.path
    write_status(study, "finished")
    assert what_goes_on().path == study.path
    write_status(run("b").folder, "running")
    assert what_goes_on().path == run("b").folder.path


def test_where_nothing_goes_on_it_is_said_how_to_begin(in_empty_folder):
    assert os.listdir() == []  # noqa: PTH208
    with pytest.raises(
        ConfigError, match=r"^watch: nothing is running in outputs\. Begin a sweep: cnnlab -m seed=0,1,2,3,4$"
    ):
        what_goes_on()
