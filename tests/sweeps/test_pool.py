"""Runs in worker processes."""

import contextlib
import os
import signal
import threading
import time

import pytest

from cnnlab.base import cores
from cnnlab.base.errors import ConfigError
from cnnlab.runs.outcome import Outcome
from cnnlab.sweeps import pool, worker_process
from cnnlab.sweeps.pool import Pool
from cnnlab.sweeps.worker_process import Task

# What stands in for a worker: does what the "configuration" says, and answers.
WORKER = """
import json, os, queue, signal, sys, threading, time
tasks = queue.SimpleQueue()
def listen():
    begun = b""
    while found := os.read(0, 2**16):
        *lines, begun = (begun + found).split(b"\\n")
        for line in lines: tasks.put(json.loads(line))
    os._exit(130)
threading.Thread(target=listen, daemon=True).start()
num_runs = 0
while True:
    print("{}", flush=True)
    task = tasks.get()
    num_runs += 1
    plain = task["plain"]
    if "kill" in plain: os.kill(os.getpid(), plain["kill"])
    if "say" in plain: sys.exit(plain["say"])
    time.sleep(plain.get("sleep", 0))
    lost = plain.get("lost") and not os.path.exists(plain["lost"])
    if lost: open(plain["lost"], "w").close()
    names = ("OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES")
    reason = " ".join([*task["overrides"], *(f"{name}={os.environ.get(name)}" for name in names)])
    reason = {"pid": str(os.getpid()), "runs": str(num_runs), "plain": str(plain),
        "at once": str(task["num_at_once"])}.get(plain.get("tell"), reason)
    outcome = {"code": int(lost or 0), "reason": reason, "is_device_lost": bool(lost)}
    print(json.dumps({"place": task["place"], "outcome": outcome}), flush=True)
"""


@pytest.fixture(autouse=True)
def _worker(monkeypatch):
    monkeypatch.setattr(worker_process, "_WORKER", ("-c", WORKER))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


def run(plains, **options):
    given = {"n_jobs": 2, "threads": 1} | options
    with contextlib.closing(Pool(**given)) as workers:
        return workers.run(plains, as_task)


def as_task(plain):
    return Task(plain, ("seed=0",))


def test_outcomes_come_back_in_order():
    outcomes = run([{"sleep": 0.3}, {"say": "no"}, {}])
    assert [outcome.code for outcome in outcomes] == [0, 1, 0]


def test_overrides_and_threads_reach_the_process():
    assert run([{}], threads=3) == [Outcome(0, "seed=0 OMP_NUM_THREADS=3 CUDA_VISIBLE_DEVICES=None")]


def test_cores_are_divided_among_the_processes(monkeypatch):
    monkeypatch.setattr(pool, "num_cores", lambda: 8)
    monkeypatch.setattr(pool, "granted_threads", lambda: 8)
    assert Pool(n_jobs=3, threads=None).threads == 2
    assert Pool(n_jobs=None, threads=None).n_jobs == 8
    assert Pool(n_jobs=99, threads=None).threads == 1


def test_threads_that_the_user_grants_are_not_exceeded(monkeypatch):
    monkeypatch.setattr(pool, "num_cores", lambda: 8)
    monkeypatch.setattr(cores, "num_cores", lambda: 8)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert Pool(n_jobs=2, threads=None).threads == 3
    assert Pool(n_jobs=4, threads=None).threads == 2


def test_workers_take_run_after_run_and_stay_for_more():
    with contextlib.closing(Pool(n_jobs=2, threads=1)) as workers:
        first, second = (workers.run([{"tell": "pid"}] * 6, as_task) for _ in range(2))
        pids = {outcome.reason for outcome in (*first, *second)}
        assert len(pids) <= 2
    for pid in pids:
        with pytest.raises(ProcessLookupError, match="No such process"):
            os.kill(int(pid), 0)


@pytest.mark.parametrize(("recycle", "runs"), [(1, "1111"), (3, "1231")])
def test_worker_is_replaced_after_so_many_runs(recycle, runs):
    outcomes = run([{"tell": "runs"}] * 4, n_jobs=1, recycle=recycle)
    assert "".join(outcome.reason for outcome in outcomes) == runs


def test_no_more_go_at_once_than_there_are():
    assert [outcome.reason for outcome in run([{"tell": "at once"}] * 2, n_jobs=5)] == ["2", "2"]


def test_run_that_lost_its_gpu_is_tried_again_in_another_process(tmp_path):
    lost, fine = run([{"lost": str(tmp_path / "lost"), "tell": "runs"}, {"tell": "runs"}], n_jobs=1, gpus=(0,))
    assert (lost, fine) == (Outcome(0, "1"), Outcome(0, "2"))


def test_worker_that_cannot_start_is_told_for_each_run(monkeypatch):
    monkeypatch.setattr(worker_process, "_WORKER", ("-c", "import sys; sys.exit('no torch')"))
    assert run([{}, {}]) == [Outcome(1, "its process ended with code 1: no torch")] * 2


def test_gpus_are_handed_out_and_come_back():
    outcomes = run([{"sleep": 0.5}] * 4, n_jobs=None, gpus=(3, 1), recycle=1)
    assert sorted(outcome.reason[-1] for outcome in outcomes) == ["1", "1", "3", "3"]


def test_run_on_a_gpu_of_its_own_may_not_take_the_cpu_in_silence():
    (outcome,) = run([{"tell": "plain", "device": "auto"}], gpus=(0,))
    assert "'device': 'cuda'" in outcome.reason


def test_killed_process_is_one_failed_run():
    killed, fine = run([{"kill": int(signal.SIGKILL)}, {}])
    assert killed == Outcome(1, "its process was killed by signal 9 (SIGKILL), maybe because the memory was full.")
    assert fine.code == 0


def test_crash_is_told_with_its_signal():
    (outcome,) = run([{"kill": int(signal.SIGSEGV)}])
    assert outcome.reason == "its process was killed by signal 11 (SIGSEGV)."


def test_process_that_ends_without_an_answer_is_told_with_its_last_line():
    (outcome,) = run([{"say": "some words\nno such driver"}])
    assert outcome == Outcome(1, "its process ended with code 1: no such driver")


def test_process_that_takes_too_long_is_stopped():
    late, *fine = run([{"sleep": 60}, {}, {}], timeout_minutes=0.02, n_jobs=1)
    assert [outcome.code for outcome in fine] == [0, 0]
    assert late.code == 1
    assert late.reason.startswith("stopped after 0.02")
    assert late.reason.endswith(" min (hydra.launcher.timeout_minutes). Repeat the sweep to go on with it.")


def test_process_that_does_not_stop_is_killed(monkeypatch):
    monkeypatch.setattr(worker_process, "_GRACE", 0.1)
    deaf = "import sys, time; print('{}', flush=True); time.sleep(60)"
    monkeypatch.setattr(worker_process, "_WORKER", ("-c", deaf))
    (outcome,) = run([{}], timeout_minutes=0.001)
    assert outcome.reason.startswith("stopped after 0.00")


@pytest.mark.parametrize("key", ["n_jobs", "threads", "timeout_minutes", "recycle"])
@pytest.mark.parametrize("value", [0, -1])
def test_numbers_have_to_be_positive(key, value):
    with pytest.raises(ConfigError, match=rf"hydra\.launcher\.{key}: must be > 0, got {value}\."):
        run([{}], **{key: value})


@pytest.fixture
def _ctrl_c_counts():
    """Take SIGINT as a shell in front of a user does; a command in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_ctrl_c_counts")
def test_ctrl_c_stops_every_process_once_and_waits_for_it(capsys):
    main = threading.main_thread().ident
    threading.Timer(1.0, lambda: signal.pthread_kill(main, signal.SIGINT)).start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        run([{"sleep": 60}] * 3)
    assert time.monotonic() - began < 30
    assert capsys.readouterr().out == "stopping after the epochs that are running; press Ctrl-C again to stop at once\n"
