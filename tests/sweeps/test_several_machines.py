"""One sweep on several machines: the same command, one outputs/, no locks. A machine is a name for a process here."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest

from cnnlab.outputs.files import RUNS
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import read_status

pytestmark = [pytest.mark.usefixtures("in_empty_folder"), pytest.mark.timeout(900)]

MACHINE = """
import socket, sys
from pathlib import Path
name, seconds, *words = sys.argv[1:]
socket.gethostname = lambda: name
from cnnlab.outputs import lease, lock

class NoLock:
    def __init__(self, path): self.path = path
    def acquire(self, timeout): Path(self.path).touch()
    def release(self): pass

lock.FileLock = NoLock
lease.LEASE_SECONDS, lease._HEARTBEAT, lease._SETTLE = float(seconds), float(seconds) / 10, 0.1
from cnnlab.cli.main import main
sys.exit(main([*words, "hydra/launcher=cnnlab"]))  # workers know nothing of what is put in place here
"""
TINY = (
    "dataset=synthetic", "dataset.num_images=120", "dataset.num_classes=3", "dataset.image_size=8", "batch_size=16",
    "model.width=0.05", "device=cpu", "plots=false", "checkpoint_seconds=0",
)  # fmt: skip
EPOCHS = 60
ALL_EPOCHS = list(range(1, EPOCHS + 1))


def machine(name, *words, lease_seconds, epochs=EPOCHS):
    """Let a machine type a sweep."""
    command = [sys.executable, "-c", MACHINE, name, str(lease_seconds), "-m", *TINY, f"epochs={epochs}", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def output_of(process):
    """Return what it said once it has ended well."""
    said = process.communicate(timeout=800)[0]
    assert process.returncode == 0, said
    return said


def under_way(epochs):
    """Return the run that has done so many epochs, as soon as one has."""
    end = time.monotonic() + 300
    while time.monotonic() < end:
        for path in RUNS.glob("*/metrics.csv"):
            if len(path.read_text().splitlines()) > epochs:
                return RunFolder(path.parent)
        time.sleep(0.005)
    return pytest.fail("no run has begun")


def trained_epochs(folder):
    """Return the epochs of a run, in the order in which they were trained."""
    return [int(epoch) for epoch in re.findall(r"\bepoch +(\d+)/", folder.log.read_text())]


def written(folder):
    """Return when each file of a run was written; what one was at when it fell silent is no file yet."""
    files = (path for path in folder.path.rglob("*") if path.is_file() and path.suffix != ".part")
    return {path: path.stat().st_mtime_ns for path in files}


def folders():
    return [RunFolder(path) for path in sorted(RUNS.iterdir())]


def test_machines_finish_a_grid_together_and_train_no_run_twice():
    words = ("optimizer=sgd,adam", "seed=0,1")
    both = [machine(name, *words, lease_seconds=60, epochs=15) for name in ("one", "two")]
    assert all("4/4 finished" in output_of(process) for process in both)
    assert [trained_epochs(folder) for folder in folders()] == [ALL_EPOCHS[:15]] * 4
    assert {read_status(folder)["host"] for folder in folders()} <= {"one", "two"}
    assert not list(RUNS.glob("*/.lease-*"))


def stop_between_two_files(process, run):
    """Stop a machine while it writes nothing: one that has looked already gives its file the place all the same."""
    os.kill(process.pid, signal.SIGSTOP)
    while list(run.path.rglob(".*.part")):
        os.kill(process.pid, signal.SIGCONT)
        time.sleep(0.01)
        os.kill(process.pid, signal.SIGSTOP)


def test_run_of_a_machine_that_fell_silent_is_gone_on_with_and_left_alone_when_it_comes_back():
    silent = machine("one", "seed=0,1", lease_seconds=5)
    run = under_way(epochs=5)
    stop_between_two_files(silent, run)
    try:
        assert "2/2 finished" in output_of(machine("two", "seed=0,1", lease_seconds=5))
        before = written(run)
    finally:
        os.kill(silent.pid, signal.SIGCONT)
    said = output_of(silent)
    other = f"process {read_status(run)['pid']} on two"
    assert f"note     {run.run_id}: was taken over by {other}, since this one had not been heard from for 5 s." in said
    assert "2/2 finished" in said
    assert written(run) == before
    assert [read_status(folder)["host"] for folder in folders()] == ["two", "two"]
    assert all([int(row["epoch"]) for row in folder.read_metrics()] == ALL_EPOCHS for folder in folders())
    assert trained_epochs(run).count(1) == 1  # it went on from the checkpoint
    assert not list(RUNS.glob("*/.lease-*"))
