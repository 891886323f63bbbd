"""A call inside a program of the user's: it leaves the process as it was, and Ctrl-C counts."""

from __future__ import annotations

import contextlib
import ctypes
import os
import random
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import TypeVar

from cnnlab.api.heard import heard
from cnnlab.base.errors import CnnlabError
from cnnlab.base.stopping import Stop
from cnnlab.cli.main import BEFORE_TORCH

T = TypeVar("T")

_TURN = threading.Lock()  # arguments, output and the switches of torch are the process's: one call at a time
_PAUSE = 0.1  # seconds between two looks for Ctrl-C


def as_guest(work: Callable[[Stop], T], *, verbose: bool | None = False) -> T:
    """Do some work of cnnlab's and leave the process as it was found.

    The work has a thread of its own, and so gradient mode, autocast, event loop, handling of denormals and threads of
    OpenMP of its own: it computes what a command would, whatever the program has set for itself.

    Args:
        work: is given what it asks whether the user wants it to stop.
        verbose: True: what it prints is printed; None: the last line is, where it is seen; False: nothing.

    Raises:
        CnnlabError: what the work raised, without a traceback.
        KeyboardInterrupt: the user stopped it; what is done is kept.
    """
    with _TURN, as_found(), heard(verbose):
        for name, value in BEFORE_TORCH.items():
            os.environ.setdefault(name, value)
        return _in_own_thread(work)


def _in_own_thread(work: Callable[[Stop], T]) -> T:
    stop, results, errors, ended = Stop(), list[T](), list[BaseException](), threading.Event()

    def carry_out() -> None:
        try:
            results.append(work(stop))
        except BaseException as error:
            errors.append(error)
        finally:
            ended.set()

    thread = threading.Thread(target=carry_out, name="cnnlab", daemon=True)
    thread.start()
    while True:
        try:
            if ended.wait(_PAUSE) or not thread.is_alive():
                break
        except KeyboardInterrupt:  # not in `join`: interrupted there, it takes the thread for ended up to Python 3.12
            if stop.ask():
                _interrupt(thread)
    if results:
        return results[0]
    error = errors[0] if errors else KeyboardInterrupt()
    raise error.with_traceback(None) if isinstance(error, CnnlabError) else error from None


def _interrupt(thread: threading.Thread) -> None:
    """Raise KeyboardInterrupt in a thread, as Python does in the first one."""
    assert thread.ident is not None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(KeyboardInterrupt))


@contextlib.contextmanager
def as_found() -> Iterator[None]:
    """Give back what a process has set, whatever happens inside: environment, random states, warnings, torch."""
    before = dict(os.environ)
    with warnings.catch_warnings(), contextlib.ExitStack() as stack:
        stack.callback(random.setstate, random.getstate())
        if (numpy := sys.modules.get("numpy")) is not None:
            stack.callback(numpy.random.set_state, numpy.random.get_state())
        if "torch" in sys.modules:
            stack.enter_context(_torch_as_found())
        try:
            yield
        finally:
            for name in os.environ.keys() - before.keys():
                del os.environ[name]
            os.environ.update(before)


@contextlib.contextmanager
def _torch_as_found() -> Iterator[None]:
    """Let torch compute inside as it does in a new process, and as before afterwards."""
    import torch

    dtype, precision = torch.get_default_dtype(), torch.get_float32_matmul_precision()
    threads, fills = torch.get_num_threads(), torch.utils.deterministic.fill_uninitialized_memory  # type: ignore[attr-defined]
    algorithms = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    benchmark, state = torch.backends.cudnn.benchmark, torch.get_rng_state()
    of_gpus = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else None  # type: ignore[no-untyped-call]
    torch.set_default_dtype(torch.float32)
    torch.set_float32_matmul_precision("highest")
    try:
        yield
    finally:
        torch.set_default_dtype(dtype)
        torch.set_float32_matmul_precision(precision)
        torch.set_num_threads(threads)
        torch.utils.deterministic.fill_uninitialized_memory = fills  # type: ignore[attr-defined]
        now = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
        if now != algorithms:
            torch.use_deterministic_algorithms(algorithms[0], warn_only=algorithms[1])
        torch.backends.cudnn.benchmark = benchmark
        torch.set_rng_state(state)
        if of_gpus is not None:
            torch.cuda.set_rng_state_all(of_gpus)
