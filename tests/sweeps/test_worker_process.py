"""One worker process, as the sweep sees it."""

import queue

import pytest

from cnnlab.runs.outcome import Outcome
from cnnlab.sweeps import worker_process
from cnnlab.sweeps.worker_process import Task, WorkerProcess

ECHO = """
import sys
print("{}", flush=True)
line = sys.stdin.readline()
sys.stderr.write(line)
print(%r, flush=True)
sys.exit(3)
"""


def said_by(monkeypatch, answer, **options):
    """Give a worker one run, to which it answers, and ends; yield what is understood of each thing that it says."""
    monkeypatch.setattr(worker_process, "_WORKER", ("-c", ECHO % answer))
    said = queue.SimpleQueue()
    given = {"gpu": None, "threads": 1, "num_sharing": 1, "abreast": 1, "recycle": None, "timeout": None} | options
    worker = WorkerProcess(said, **given)
    try:
        assert list(worker.understand(said.get(timeout=30))) == []
        assert (worker.is_asking, worker.is_starting) == (True, False)
        worker.give(5, Task({"device": "auto"}, ("seed=0",)), num_at_once=2)
        assert worker.has_runs
        assert not worker.is_asking
        return [list(worker.understand(said.get(timeout=30))) for _ in range(2)]
    finally:
        worker.close()


def test_answer_belongs_to_its_run():
    with pytest.MonkeyPatch.context() as patch:
        answer = '{"place": 5, "outcome": {"code": 1, "reason": "no"}}'
        assert said_by(patch, answer) == [[(5, Outcome(1, "no"))], []]


def test_answer_that_is_torn_is_none_and_the_end_tells_of_the_run():
    with pytest.MonkeyPatch.context() as patch:
        torn, ((place, outcome),) = said_by(patch, '{"place": 5, "outc')
    task = '{"place": 5, "plain": {"device": "auto"}, "overrides": ["seed=0"], "num_at_once": 2}'
    assert torn == []
    assert (place, outcome) == (5, Outcome(1, f"its process ended with code 3: {task}"))


def test_run_of_a_worker_that_was_stopped_before_its_time_was_over_is_to_begin_again(monkeypatch):
    waits = "import sys; print('{}', flush=True); sys.stdin.read()"
    monkeypatch.setattr(worker_process, "_WORKER", ("-c", waits))
    said = queue.SimpleQueue()
    worker = WorkerProcess(said, gpu=None, threads=1, num_sharing=1, abreast=1, recycle=None, timeout=100.0)
    list(worker.understand(said.get(timeout=30)))
    worker.give(5, Task({}, ()), num_at_once=1)
    worker.stop()
    assert list(worker.understand(said.get(timeout=30))) == [(5, None)]
    worker.close()
