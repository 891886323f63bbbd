"""A call leaves the program as it was, computes as a command does, and hears Ctrl-C."""

import asyncio
import os
import random
import signal
import sys
import threading
import time
import warnings

import numpy as np
import pytest
import torch

from cnnlab.api.guest import as_guest
from cnnlab.base.errors import ConfigError
from cnnlab.base.runtime import start_runtime

TINY = float(np.finfo(np.float64).tiny)


def unsettle(_):
    """Change all that a run changes, and more."""
    start_runtime(device="cpu", precision="fp32", threads=torch.get_num_threads() + 1, deterministic=True)
    os.environ["CNNLAB_TEST"], os.environ["HOME"] = "1", "elsewhere"
    warnings.simplefilter("ignore")
    random.seed(1)
    np.random.seed(1)
    torch.manual_seed(1)
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    print("never seen")


def found():
    return {
        "environment": dict(os.environ), "folder": os.getcwd(), "filters": list(warnings.filters),  # noqa: PTH109
        "draws": random.getstate(), "numpy": np.random.get_state()[1].tolist(), "torch": torch.get_rng_state().tolist(),
        "threads": (torch.get_num_threads(), threading.active_count()), "type": torch.get_default_dtype(),
        "algorithms": torch.are_deterministic_algorithms_enabled(), "learns": torch.is_grad_enabled(),
        "benchmark": torch.backends.cudnn.benchmark, "precision": torch.get_float32_matmul_precision(),
        "fills": torch.utils.deterministic.fill_uninitialized_memory, "denormals": TINY / 2 > 0,
        "signals": [signal.getsignal(which) for which in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)],
        "streams": (sys.stdout, sys.stderr), "words": list(sys.argv),
    }  # fmt: skip


def test_process_is_left_as_it_was_found(capsys):
    before = found()
    as_guest(unsettle)
    assert found() == before
    assert capsys.readouterr() == ("", "")


def test_work_computes_as_in_a_new_process_whatever_the_program_has_set():
    def state(_):
        return torch.is_grad_enabled(), torch.get_default_dtype(), torch.get_float32_matmul_precision()

    torch.set_default_dtype(torch.float64)
    torch.set_float32_matmul_precision("medium")
    try:
        with torch.no_grad():
            assert as_guest(state) == (True, torch.float32, "highest")
        assert torch.get_default_dtype() == torch.float64
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_float32_matmul_precision("highest")


def test_error_of_the_work_is_raised():
    def fail(_):
        raise ConfigError("seed: must be >= 0, got -1.")

    with pytest.raises(ConfigError, match=r"^seed: must be >= 0, got -1\.$") as caught:
        as_guest(fail)
    assert "fail" not in [frame.name for frame in caught.traceback]


def test_work_is_done_inside_an_event_loop_and_in_a_thread():
    async def call():
        return as_guest(lambda _: asyncio.run(asyncio.sleep(0, "done")))

    results = []
    thread = threading.Thread(target=lambda: results.append(as_guest(lambda _: 2)))
    thread.start()
    thread.join()
    assert (asyncio.run(call()), results) == ("done", [2])


def press_ctrl_c(after):
    threading.Timer(after, os.kill, (os.getpid(), signal.SIGINT)).start()


def test_ctrl_c_ends_work_that_loses_nothing():
    def work(_):
        for _ in range(600):
            time.sleep(0.05)

    press_ctrl_c(0.3)
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        as_guest(work)
    assert time.monotonic() - began < 20


def test_ctrl_c_waits_for_work_that_would_lose_something():
    told = []

    def work(stop):
        with stop.waiting(lambda: True, lambda: told.append("stopping")):
            while not stop.is_wanted:
                time.sleep(0.05)
            told.append("saved")
        stop.look()

    press_ctrl_c(0.3)
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        as_guest(work)
    assert sorted(told) == ["saved", "stopping"]
