"""Who holds a run, where several machines share a disk. Another machine is another name for this one."""

import json
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from cnnlab.base.errors import Busy, TakenOver
from cnnlab.base.processes import born
from cnnlab.outputs import lease, lock
from cnnlab.outputs.lease import leases, take
from cnnlab.outputs.lock import held, is_held
from cnnlab.outputs.mistakes import Mistakes, write_mistakes
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.standing import standing
from cnnlab.outputs.status import read_status, write_status

NO_PROCESS = 2**22 + 1  # more than Linux gives


class NoLock:
    """A lock of a shared disk that does nothing."""

    def __init__(self, path):
        self.path = path

    def acquire(self, timeout):
        self.path.touch()

    def release(self):
        pass


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a run's folder on a disk whose locks do nothing; time to settle is not taken."""
    monkeypatch.setattr(lock, "FileLock", NoLock)
    monkeypatch.setattr(lease, "_SETTLE", 0.0)
    found = RunFolder(tmp_path / "run")
    found.path.mkdir()
    return found


@pytest.fixture
def on(monkeypatch):
    """Return a function that makes this machine another one."""
    return lambda name: monkeypatch.setattr(lease, "machine", lambda: name)


def aged(folder, seconds):
    """Let the leases of a run be as old, by the clock of the disk."""
    for path in folder.path.glob(".lease-*"):
        when = path.stat().st_mtime - seconds
        os.utime(path, (when, when))


def left_behind(folder, *, machine="one", pid=NO_PROCESS, number=1, seconds=0.0):
    """Leave the lease of a process that can say no more."""
    owner = {"host": machine, "pid": pid, "machine": machine, "born": "1", "token": f"{machine} {number}"}
    (folder.path / f".lease-{number}").write_text(json.dumps(owner))
    aged(folder, seconds)


def names(folder):
    return sorted(path.name for path in folder.path.glob(".lease*"))


def test_run_that_another_machine_holds_is_busy_also_where_locks_do_nothing(folder, on):
    on("one")
    with held(folder):
        on("two")
        message = rf"^run: is being trained by process {os.getpid()} on \S+\. Nothing was done here\.$"
        with pytest.raises(Busy, match=message), held(folder):
            pass
        assert is_held(folder)
    assert not is_held(folder)


def test_lease_is_gone_with_the_run_that_held_it(folder):
    with held(folder):
        assert names(folder) == [".lease-1"]
        folder.error.touch()
    assert names(folder) == []


def test_folder_in_which_nothing_was_written_is_gone(tmp_path):
    with held(RunFolder(tmp_path / "runs" / "run")):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("seconds", "is_over"), [(0, False), (55, False), (65, True)])
def test_lease_of_another_machine_is_over_when_it_was_not_touched_for_a_minute(folder, seconds, is_over):
    left_behind(folder, seconds=seconds)
    (found,) = leases(folder.path)
    assert found.is_over == is_over
    assert is_held(folder) != is_over


@pytest.mark.parametrize("ahead", [-1e6, -300, 300, 1e6])
@pytest.mark.parametrize(("seconds", "is_over"), [(30, False), (400, True)])
def test_clock_of_this_machine_does_not_matter(folder, monkeypatch, ahead, seconds, is_over):
    left_behind(folder, seconds=seconds)
    now = time.time
    monkeypatch.setattr(lease.time, "time", lambda: now() + ahead)
    assert leases(folder.path)[0].is_over == is_over
    assert names(folder) == [".lease-1"]  # and nothing is left of what asked the disk


def test_process_of_this_machine_that_is_gone_holds_nothing(folder):
    with held(folder):
        folder.error.touch()
        (found,) = leases(folder.path)
    owner = {**found.owner, "pid": NO_PROCESS}
    (folder.path / ".lease-1").write_text(json.dumps(owner))
    assert not is_held(folder)


def test_process_of_this_machine_holds_a_run_however_long_it_says_nothing(folder):
    with held(folder):
        aged(folder, 1000)
        assert is_held(folder)
        assert take(folder.path) is None


def test_process_that_got_the_number_of_a_dead_one_is_another(folder):
    with held(folder):
        folder.error.touch()
        (found,) = leases(folder.path)
    (folder.path / ".lease-1").write_text(json.dumps({**found.owner, "born": "1"}))
    assert born(os.getpid()) != "1"
    assert not is_held(folder)


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"machine": 5, "pid": "x"}'])
def test_lease_that_is_being_written_is_held_and_a_damaged_one_is_over_in_the_end(folder, text):
    (folder.path / ".lease-3").write_text(text)
    assert take(folder.path) is None
    aged(folder, 65)
    hold = take(folder.path)
    assert names(folder) == [".lease-4"]
    hold.release()


def test_run_of_a_dead_machine_is_taken_over_and_says_died_before(folder, on):
    on("one")
    write_status(folder, "running")
    folder.write_json("status.json", {**read_status(folder), "host": "one", "pid": NO_PROCESS})
    left_behind(folder, machine="one", seconds=0)
    on("two")
    assert standing(folder) == "running"
    aged(folder, 65)
    assert standing(folder) == "died"
    with held(folder):
        assert names(folder) == [".lease-2"]
        assert standing(folder) == "running"


HOLDING = """
import socket, sys, time
from pathlib import Path
socket.gethostname = lambda: "one"
from cnnlab.outputs import lease
from cnnlab.outputs.lock import held
from cnnlab.outputs.run_folder import RunFolder
lease._HEARTBEAT = 0.1
with held(RunFolder(Path(sys.argv[1]))):
    print("held", flush=True)
    time.sleep(600)
"""


def test_run_of_a_machine_that_is_killed_is_held_until_its_lease_is_over(folder, monkeypatch):
    process = subprocess.Popen([sys.executable, "-c", HOLDING, folder.path], stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout.readline() == "held\n"
        assert leases(folder.path)[0].owner["host"] == "one"
        process.kill()
    assert take(folder.path) is None
    monkeypatch.setattr(lease, "LEASE_SECONDS", 0.2)
    monkeypatch.setattr(lease, "_HEARTBEAT", 0.01)
    time.sleep(0.3)
    hold = take(folder.path)
    assert names(folder) == [".lease-2"]
    hold.release()


def test_holder_that_comes_back_stops_and_leaves_the_run_to_the_other(folder, on):
    on("one")
    message = (
        rf"^run: was taken over by process {os.getpid()} on \S+, since this one had not been heard from for 60 s\. "
        r"It stops here and writes nothing more\.$"
    )
    with held(folder):
        write_status(folder, "running")
        aged(folder, 65)
        on("two")
        second = take(folder.path)
        with pytest.raises(TakenOver, match=message):
            write_status(folder, "failed")
    assert read_status(folder)["status"] == "running"
    assert names(folder) == [".lease-2"]
    assert folder.lock.exists()
    second.look()
    second.release()


WRITES = {
    "json": lambda folder: folder.write_json("summary.json", {"new": 1}),
    "rows": lambda folder: folder.append_rows("metrics.csv", ["epoch"], [{"epoch": 7}]),
    "log": lambda folder: folder.append_log("new"),
    "error": lambda folder: folder.write_error("new"),
    "config": lambda folder: folder.write_config({"new": 1}, []),
    "checkpoint": lambda folder: folder.save_checkpoint("last.pt", {"new": 1}),
    "no checkpoint": lambda folder: folder.delete_checkpoint("best.pt"),
    "clear": lambda folder: folder.clear(),
    "mistakes": lambda folder: write_mistakes(folder, Mistakes(np.zeros((1, 3, 2, 2), np.uint8), np.zeros(1, int))),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_nothing_of_a_run_that_was_taken_over_is_written(folder, on, write):
    for name in ("summary.json", "metrics.csv", "train.log", "error.txt", "config.yaml", "mistakes.npz"):
        (folder.path / name).write_text("of the other")
    folder.checkpoints.mkdir()
    (folder.checkpoints / "best.pt").touch()
    on("one")
    with held(folder):
        aged(folder, 65)
        on("two")
        take(folder.path).release()
        with pytest.raises(
            TakenOver, match=r"^run: was taken over by another process, since this one had not been heard"
        ):
            write(folder)
    texts = {path.name: path.read_text() for path in folder.path.rglob("*.*") if path.is_file()}
    assert (texts.pop("best.pt"), texts.pop(".lock")) == ("", "")
    assert set(texts.values()) == {"of the other"}
    assert len(texts) == 6


def test_holder_touches_its_lease_as_long_as_it_holds_it(folder, monkeypatch):
    monkeypatch.setattr(lease, "_HEARTBEAT", 0.01)
    with held(folder):
        aged(folder, 1000)
        until = time.monotonic() + 30
        while (age := time.time() - (folder.path / ".lease-1").stat().st_mtime) >= 500 and time.monotonic() < until:
            time.sleep(0.01)
    assert age < 500


def test_one_that_went_by_what_is_long_past_takes_nothing(folder, on, monkeypatch):
    on("two")
    left_behind(folder, machine="one", number=2, seconds=65)
    create = lease._create

    def while_others_finish_and_begin_anew(path, token):
        (folder.path / ".lease-2").unlink()
        left_behind(folder, machine="three", number=1)
        create(path, token)

    monkeypatch.setattr(lease, "_create", while_others_finish_and_begin_anew)
    assert take(folder.path) is None
    assert names(folder) == [".lease-1"]


@pytest.mark.parametrize("is_left_behind", [False, True])
def test_of_many_that_take_a_run_at_once_one_gets_it(folder, on, is_left_behind):
    on("two")
    for _ in range(20):
        if is_left_behind:
            left_behind(folder, machine="one", seconds=65)
        found, gate = [], threading.Barrier(8)

        def taking(found=found, gate=gate):
            gate.wait()
            found.append(take(folder.path))

        threads = [threading.Thread(target=taking) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        holds = [hold for hold in found if hold is not None]
        assert len(holds) <= 1
        assert len(names(folder)) == len(holds)
        for hold in holds:
            hold.release()


def test_disk_without_locks_is_no_error(folder, monkeypatch):
    class Refused(NoLock):
        def acquire(self, timeout):
            raise OSError(37, "No locks available")

    monkeypatch.setattr(lock, "FileLock", Refused)
    with held(folder):
        assert is_held(folder)
    assert not is_held(folder)
