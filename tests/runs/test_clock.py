import time

import pytest

from cnnlab.runs.clock import Clock


@pytest.fixture
def clock(monkeypatch):
    now = iter([110.0, 115.0])
    monkeypatch.setattr(time, "perf_counter", lambda: next(now))
    return Clock(100.0, seconds_before=50.0)


def test_seconds_of_earlier_processes_count(clock):
    assert (clock.total_seconds, clock.total_seconds) == (60.0, 65.0)


def test_first_batch_counts_from_the_beginning_of_this_process(clock):
    assert clock.first_batch_seconds is None
    clock.end_first_batch()
    assert clock.first_batch_seconds == 10.0
