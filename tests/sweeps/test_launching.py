"""How runs end: what a launcher says of each, and what its files say."""

import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.outputs.files import RUNS
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import read_status
from cnnlab.runs.job import run
from cnnlab.runs.outcome import Outcome
from cnnlab.sweeps.launching import Launching
from tests.sweeps.sweep_maker import main

pytestmark = pytest.mark.usefixtures("swept")


def test_unexpected_exception_in_a_run_keeps_its_traceback_and_the_others_run(swept, run_errors, capsys):
    run_errors[0] = ZeroDivisionError("of mine")
    assert main(["-m", "seed=0,1"]) == 1
    assert [seed for *_, seed in swept] == [0, 1]
    (trace,) = RUNS.glob("*/error.txt")
    assert capsys.readouterr().err.splitlines() == [
        "1 of 2 runs failed:",
        "  failed   seed=0",
        "           ZeroDivisionError: of mine",
        f"           The traceback is in {trace}.",
    ]
    assert trace.read_text().startswith("Traceback")


def test_runs_with_a_tracker_know_the_sweep_that_they_belong_to(monkeypatch):
    monkeypatch.setattr("cnnlab.config.part_rules.check_installed", lambda names: None)
    assert main(["-m", "optimizer=sgd,adam", "tracker=mlflow"]) == 0
    studies = {path.parent.name: RunFolder(path.parent).read_config()["study"] for path in RUNS.glob("*/config.yaml")}
    assert list(studies.values()) == ["optimizer", "optimizer"]


def test_what_several_runs_have_to_say_of_a_tracker_is_told_once(capsys):
    outcomes = [
        Outcome(0, notes=["note     tracker mlflow: gone."]),
        Outcome(0, notes=["note     tracker mlflow: gone."]),
    ]
    jobs = [SimpleNamespace(run_id=name, point=SimpleNamespace(overrides=[])) for name in ("a", "b")]
    folders = {job.run_id: RunFolder(RUNS / job.run_id) for job in jobs}
    Launching(folders).carry_out(jobs, lambda runs: outcomes)
    assert capsys.readouterr().out == "note     tracker mlflow: gone.\n"


def test_full_disk_does_not_keep_a_sweep_from_telling_what_failed(run_errors, monkeypatch, capsys):
    def full(*_):
        raise OSError(28, "No space left on device")

    run_errors[0] = ZeroDivisionError("of mine")
    monkeypatch.setattr(RunFolder, "write_error", full)
    assert main(["-m", "seed=0,1"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "1 of 2 runs failed:",
        "  failed   seed=0",
        "           ZeroDivisionError: of mine",
    ]


def test_run_that_failed_before_it_began_is_failed_in_its_files_and_in_the_comparison(capsys):
    assert main(["-m", "seed=1,13"]) == 1
    folder = RunFolder(next(RUNS.glob("*-s13-*")))
    assert read_status(folder) == {"status": "failed", "error": "the disk is full"}
    out = capsys.readouterr().out
    assert "2/2 failed      seed=13  the disk is full" in out
    assert "failed   all runs (seed 13): the disk is full." in out


def test_run_whose_result_is_lost_is_a_failure(capsys):
    main(["-m", "seed=0,1"])
    damaged = next(RUNS.glob("*-s0-*")) / "summary.json"
    damaged.unlink()
    assert main(["-m", "seed=0,1"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0:2] == ["1 of 2 runs failed:", "  failed   seed=0"]
    assert lines[2].strip().startswith(f"{damaged}: is missing. The run has ended, but its result is lost.")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("status.json", "{", "no reason is recorded"),
        ("status.json", '{"status": {"a": 1}}', "damaged: no reason is recorded"),
        ("status.json", '{"status": "failed", "error": [5]}', "[5]"),
        ("status.json", '{"status": "running", "pid": 1e400}', "damaged: no reason is recorded"),
        ("summary.json", "[" * 100_000, "summary.json: cannot be read (it is nested too deep)"),
        ("summary.json", '{"best_epoch": "x"}', "summary.json: best_epoch must be a number, got 'x'."),
    ],
    ids=range(6),
)
def test_why_a_run_has_no_result_is_told_where_its_files_are_damaged(tmp_path, name, content, told):
    folder = RunFolder(tmp_path / "run")
    folder.write_json("status.json", {"status": "finished"})
    (folder.path / name).write_text(content)
    job = SimpleNamespace(run_id="run")
    assert told in Launching({"run": folder}).problem(job)


def test_run_that_died_on_another_machine_is_failed_in_its_files(tmp_path):
    """Only the launcher knows: whether a process of another machine is there cannot be seen from here."""
    folder = RunFolder(tmp_path / "run")
    folder.write_json("status.json", {"status": "running", "pid": 1, "host": "elsewhere"})
    job = SimpleNamespace(run_id="run", point=SimpleNamespace(overrides=[]))
    Launching({"run": folder}).carry_out([job], lambda _: [Outcome(1, "its node died")])
    assert read_status(folder) == {"status": "failed", "error": "its node died", "pid": 1, "host": "elsewhere"}


def test_launcher_that_cannot_be_reached_is_a_mistake_of_the_command():
    def launch(_):
        raise ConfigError("hydra.launcher.address: no way.")

    with pytest.raises(ConfigError, match=r"^hydra\.launcher\.address: no way\.$"):
        Launching({}).carry_out([SimpleNamespace(run_id="run", point=SimpleNamespace(overrides=[]))], launch)


def test_two_sweeps_that_overlap_train_each_run_once_and_both_end_with_all(monkeypatch, capsys):
    """One of them here, as soon as the other one, in a process of its own, has begun."""
    monkeypatch.setattr("cnnlab.runs.job.run", run)  # really train
    small = ("dataset.per_class=40", "model.width=0.05", "device=cpu")
    words = ("-m", "seed=0,1", "epochs=6", "hydra/launcher=cnnlab", *small)
    command = [sys.executable, "-m", "cnnlab", *words, "plots=false", "optimizer=sgd,adam", "study=one"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        while not list(RUNS.glob("*/status.json")) and other.poll() is None:
            time.sleep(0.02)
        assert main([*words, "optimizer=adam,sgd", "study=two"]) == 0
        output = other.communicate(timeout=200)[0]
    assert other.returncode == 0
    assert all("4/4 finished" in text for text in (output, capsys.readouterr().out))
    logs = [(path / "train.log").read_text() for path in RUNS.iterdir()]
    assert [log.count("epoch 1/6") for log in logs] == [1] * 4
