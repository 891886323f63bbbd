import os

import pytest

from cnnlab.base import cores


def test_cores_are_those_that_this_process_may_use():
    assert cores.num_cores() == len(os.sched_getaffinity(0))


@pytest.mark.parametrize(("granted", "threads"), [("3", 3), ("", 8), ("0", 8), ("2,1", 8)])
def test_threads_are_those_that_the_user_grants_else_one_per_core(monkeypatch, granted, threads):
    monkeypatch.setattr(cores, "num_cores", lambda: 8)
    monkeypatch.setenv("OMP_NUM_THREADS", granted)
    assert cores.granted_threads() == threads


@pytest.mark.parametrize(("num", "load", "is_idle"), [(2, 1.9, True), (2, 2.0, False), (1, 0.0, False)])
def test_a_core_is_idle_where_the_load_leaves_one(monkeypatch, num, load, is_idle):
    monkeypatch.setattr(cores, "num_cores", lambda: num)
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 9.0, 9.0))
    assert cores.has_idle_core() is is_idle
