"""Runs in processes of their own."""

import signal
import threading
import time

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.runs.outcome import Outcome
from cnnlab.sweeps import processes
from cnnlab.sweeps.processes import Processes, Task

# What stands in for a worker: does what the "configuration" says, and answers.
WORKER = """
import json, os, signal, sys, threading, time
task = json.loads(sys.stdin.readline())
def stop():
    os.read(0, 1)
    print("stopped", file=sys.stderr)
    os._exit(130)
threading.Thread(target=stop, daemon=True).start()
plain = task["plain"]
if "kill" in plain: os.kill(os.getpid(), plain["kill"])
if "say" in plain: sys.exit(plain["say"])
time.sleep(plain.get("sleep", 0))
names = ("OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES")
reason = " ".join([*task["overrides"], *(f"{name}={os.environ.get(name)}" for name in names)])
print(json.dumps({"code": 0, "reason": reason, "is_busy": False}))
"""


@pytest.fixture(autouse=True)
def _worker(monkeypatch):
    monkeypatch.setattr(processes, "_WORKER", ("-c", WORKER))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


def run(plains, **options):
    given = {"n_jobs": 2, "threads": 1, "gpus": (), "timeout_minutes": None} | options
    return Processes(**given).run(plains, lambda plain: Task(plain, ("seed=0",)))


def test_outcomes_come_back_in_order():
    outcomes = run([{"sleep": 0.3}, {"say": "no"}, {}])
    assert [outcome.code for outcome in outcomes] == [0, 1, 0]


def test_overrides_and_threads_reach_the_process():
    assert run([{}], threads=3) == [Outcome(0, "seed=0 OMP_NUM_THREADS=3 CUDA_VISIBLE_DEVICES=None")]


def test_cores_are_divided_among_the_processes(monkeypatch):
    monkeypatch.setattr(processes, "_num_cores", lambda: 8)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert Processes(n_jobs=3, threads=None, gpus=(), timeout_minutes=None).threads == 2
    assert Processes(n_jobs=None, threads=None, gpus=(), timeout_minutes=None).n_jobs == 8
    assert Processes(n_jobs=99, threads=None, gpus=(), timeout_minutes=None).threads == 1


def test_threads_that_the_user_grants_are_not_exceeded(monkeypatch):
    monkeypatch.setattr(processes, "_num_cores", lambda: 8)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert Processes(n_jobs=2, threads=None, gpus=(), timeout_minutes=None).threads == 3
    assert Processes(n_jobs=4, threads=None, gpus=(), timeout_minutes=None).threads == 2


def test_gpus_are_handed_out_and_come_back():
    outcomes = run([{"sleep": 0.2}] * 4, n_jobs=None, gpus=(3, 1))
    assert sorted(outcome.reason[-1] for outcome in outcomes) == ["1", "1", "3", "3"]


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
    late, fine = run([{"sleep": 60}, {}], timeout_minutes=0.05)
    assert fine.code == 0
    assert late.code == 1
    assert late.reason.startswith("stopped after 0.05")
    assert late.reason.endswith(" min (hydra.launcher.timeout_minutes). Repeat the sweep to go on with it.")


def test_process_that_does_not_stop_is_killed(monkeypatch):
    monkeypatch.setattr(processes, "_GRACE", 0.1)
    monkeypatch.setattr(processes, "_WORKER", ("-c", "import time; time.sleep(60)"))
    (outcome,) = run([{}], timeout_minutes=0.001)
    assert outcome.reason.startswith("stopped after 0.00")


@pytest.mark.parametrize("key", ["n_jobs", "threads", "timeout_minutes"])
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
