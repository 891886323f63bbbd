"""What a node of a cluster does with an order. Ray keeps the process for further orders of the sweep."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from cnnlab.base.locks import locked
from cnnlab.base.stopping import Stop
from cnnlab.base.turns import finish
from cnnlab.base.version import __version__
from cnnlab.outputs.files import RUNS
from cnnlab.outputs.run_folder import SCHEMA, RunFolder
from cnnlab.runs.outcome import Outcome
from cnnlab.sweeps.cluster.handing_back import unpack_run
from cnnlab.sweeps.cluster.orders import Answer, Order
from cnnlab.sweeps.cluster.shipping import Files, at_the_door, read_files, unpack_data


def version() -> str:
    """Return what both ends of a sweep have to have in common: the same words name the same run by it."""
    return f"cnnlab {__version__} (schema {SCHEMA})"


def carry_out(order: Order) -> Answer:
    """Carry out a run on this node. Cancelled, it keeps what is done, as on Ctrl-C."""
    host = socket.gethostname()
    if order.version != version():
        problem = f"node {host} has {version()}, the sweep {order.version}. Install the same on both."
        return Answer(host, Outcome(1, problem))
    os.environ["OMP_NUM_THREADS"] = str(order.threads)  # before torch is imported
    is_shared = order.home.enter()
    try:
        with _printed(order.home.said(order.run_id) if is_shared else None):
            outcome = _outcome(order, is_shared=is_shared)
    except KeyboardInterrupt:
        outcome = None
    if isinstance(outcome, Path):
        return Answer(host, None, lacks=str(outcome))
    return Answer(host, outcome, files=None if is_shared else _taken(order.run_id, outcome))


def _outcome(order: Order, *, is_shared: bool) -> Outcome | Path:
    """Return how the run has ended, or the folder of its data if that is missing.

    Raises:
        KeyboardInterrupt: it was stopped.
    """
    from cnnlab.base.memory import release_memory  # these import torch
    from cnnlab.runs.data_at_hand import library_of_process
    from cnnlab.runs.job import attempt
    from cnnlab.runs.run_context import RunContext

    stop = Stop()
    with stop.heard():
        if (problem := _lacks(order)) is not None:
            return problem
        if not is_shared:
            _take_up(order)
        library, num_at_once = library_of_process(order.num_sharing), order.num_sharing
        context = RunContext(library=library, stop=stop, in_sweep=True, num_at_once=num_at_once)
        try:
            return finish(attempt(order.plain, order.overrides, context=context))
        finally:
            release_memory()


def _lacks(order: Order) -> Outcome | Path | None:
    """Return the folder of the run's data if it is missing and shall not be; unpack it if it came along."""
    from cnnlab.runs.data_at_hand import data_at_hand

    data = data_at_hand(order.plain)
    if data is None or data.folder.is_dir() or order.is_sent_as_it_is:
        return None
    if order.parcel is None:
        return data.folder
    try:
        with locked(at_the_door(data.folder)):
            if not data.folder.is_dir():
                unpack_data(order.parcel.fetched(), data.folder, data.cache)
    except OSError as error:
        reason = f"cannot be written on node {socket.gethostname()} ({error.strerror or error})"
        return Outcome(1, f"hydra.launcher.ship_data: '{data.folder}' {reason}. Put the data there.")
    return None


def _take_up(order: Order) -> None:
    """Go on where an earlier command has stopped, unless this node itself has begun the run."""
    folder = RunFolder(RUNS / order.run_id)
    if order.begun is not None and not folder.has_checkpoint("last.pt"):
        unpack_run(folder, order.begun.fetched())


def _taken(run_id: str, outcome: Outcome | None) -> Files | None:
    """Return the files of a run and remove them; None where there are none, or another process is at them."""
    folder = RUNS / run_id
    if not folder.is_dir() or (outcome is not None and outcome.is_busy):
        return None
    files = read_files(folder)
    shutil.rmtree(folder)
    return files


@contextlib.contextmanager
def _printed(file: Path | None) -> Iterator[None]:
    """Send what is printed inside to a file, which stays only if the process dies; None: where it goes anyhow."""
    if file is None:
        yield
        return
    sys.stdout.flush()
    sys.stderr.flush()
    before = [os.dup(number) for number in (1, 2)]
    with file.open("ab", buffering=0) as opened:
        for number in (1, 2):
            os.dup2(opened.fileno(), number)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for number, kept in zip((1, 2), before):
            os.dup2(kept, number)
            os.close(kept)
        file.unlink(missing_ok=True)
