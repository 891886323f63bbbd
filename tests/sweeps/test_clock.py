"""The time that a sweep may take."""

from types import SimpleNamespace

import pytest

from cnnlab.sweeps.clock import Clock

JOBS = [SimpleNamespace(config=SimpleNamespace(seed=seed), arm=arm) for seed in (0, 1) for arm in "ab"]


@pytest.mark.parametrize(("max_hours", "sizes"), [(None, [4]), (1.0, [2, 2])])
def test_limited_time_is_spent_seed_by_seed(max_hours, sizes):
    assert [len(portion) for portion in Clock(max_hours).portions(JOBS)] == sizes


def test_time_is_over_after_so_many_hours(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    clock, endless = Clock(0.5), Clock(None)
    assert not clock.is_over()
    now[0] = 1800.0
    assert clock.is_over()
    assert not endless.is_over()
    assert clock.said() == "stopped  max_hours=0.5 are over"
