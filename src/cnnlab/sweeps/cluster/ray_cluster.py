"""Runs on a Ray cluster: orders go out as there is room for them, answers are taken as they come."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from cnnlab.base.errors import Busy, ConfigError, RunError
from cnnlab.base.hashing import FileHashes
from cnnlab.base.schema import Plain
from cnnlab.base.texts import quantity
from cnnlab.outputs.files import RUNS
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import FINAL, read_status
from cnnlab.runs.outcome import Outcome
from cnnlab.sweeps.cluster.connection import Connection, RayOptions, ray_module
from cnnlab.sweeps.cluster.failures import failure
from cnnlab.sweeps.cluster.handing_back import unpack_run
from cnnlab.sweeps.cluster.home import Home, home_here
from cnnlab.sweeps.cluster.orders import Answer, Kept, Order
from cnnlab.sweeps.cluster.shipping import Files, read_files
from cnnlab.sweeps.cluster.supplies import Supplies
from cnnlab.sweeps.cluster.worker import carry_out, version

_PAUSE = 0.5  # seconds between two looks
_GRACE = 60.0  # seconds that a run may take to stop before it is killed
_MOST, _FEWEST = 1000, 16  # orders that are out at a time: Ray looks at each, and an autoscaler sees what is wanted
_AHEAD = 2  # orders for each slot, so that none waits for the next to be composed
_STOPPING = "stopping after the epochs that are running; press Ctrl-C again to stop at once"

T = TypeVar("T")
Composed = tuple[Plain, Sequence[str]]
"""A configuration in plain values, and what was typed."""


class RayCluster:
    """Hands the runs of a sweep to a Ray cluster. One whose worker dies is tried again, and at last fails alone.

    Args:
        options: of the launcher.
        hashes: of the files that name runs.

    Raises:
        ConfigError: Ray is not installed.
    """

    def __init__(self, options: RayOptions, hashes: FileHashes) -> None:
        ray_module(options)
        self._options, self._hashes = options, hashes
        self._connection: Connection | None = None

    def run(self, jobs: Sequence[T], compose: Callable[[T], Composed]) -> list[Outcome]:
        """Carry out all jobs and return how each ended. The connection stays, for more.

        Args:
            jobs: whatever `compose` understands.
            compose: asked when a job's turn has come: composing takes time, and memory for many.

        Raises:
            ConfigError: there is no such cluster, or it is this machine and has not what a run wants.
            KeyboardInterrupt: the user stopped it; the runs have ended, what is done is kept.
        """
        if self._connection is None:
            self._connection = Connection(self._options)
            self._look_around(self._connection)
        with home_here() as home:
            return _Round(self._connection, self._options, self._hashes, home).run(jobs, compose)

    def close(self) -> None:
        """Leave the cluster, when the sweep has ended."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _look_around(self, connection: Connection) -> None:
        """Say what the cluster has.

        Raises:
            ConfigError: it is this machine, and has not what a run wants.
        """
        slots, options = sum(connection.slots()), self._options
        cpus, gpus = (sum(node.get(name, 0) for node in connection.nodes) for name in ("CPU", "GPU"))
        has = f"{cpus:g} CPUs{f', {gpus:g} GPUs' if gpus else ''}"
        if slots:
            nodes = len(connection.nodes)
            place = "this machine" if connection.is_local else quantity(nodes, "node")
            print(f"cluster  {place}, {has}: {slots} at a time, {quantity(options.threads, 'thread')} each")
            return
        wanted = f"{options.num_cpus:g} CPUs{f' and {options.num_gpus:g} GPUs' if options.num_gpus else ''}"
        if connection.is_local:
            raise ConfigError(
                f"hydra.launcher.num_cpus, hydra.launcher.num_gpus: a run wants {wanted}, this machine has {has}. "
                "Ask for less."
            )
        print(f"note     cluster: a run wants {wanted}, and no node has that; the runs wait until one comes")


class _Round:
    """Some runs on a cluster."""

    def __init__(self, connection: Connection, options: RayOptions, hashes: FileHashes, home: Home) -> None:
        self._connection, self._ray = connection, connection.ray
        self._options, self._hashes, self._home = options, hashes, home
        self._remote = self._ray.remote(
            num_cpus=options.num_cpus, num_gpus=options.num_gpus, max_retries=options.max_retries
        )(carry_out)
        self._out: dict[Any, tuple[int, Order]] = {}
        self._supplies = Supplies(options, self._kept)
        self._without_outputs: set[str] = set()
        self._room, self._counted_at = 0, 0.0
        self._num_sharing = max(1, *connection.slots())

    def run(self, jobs: Sequence[T], compose: Callable[[T], Composed]) -> list[Outcome]:
        outcomes: dict[int, Outcome] = {}
        waiting = deque(range(len(jobs)))
        try:
            while waiting or self._out:
                while waiting and self._has_room():
                    place = waiting.popleft()
                    self._send(place, self._supplies.added(self._order(*compose(jobs[place]))))
                for place, order, answer in self._answers():
                    ended = self._understood(order, answer)
                    if isinstance(ended, Order):
                        self._send(place, ended)
                    else:
                        outcomes[place] = ended
        except BaseException:
            self._stop()
            raise
        return [outcomes[place] for place in range(len(jobs))]

    def _has_room(self) -> bool:
        if time.monotonic() - self._counted_at > _PAUSE:  # nodes come and go
            self._counted_at = time.monotonic()
            self._room = min(_MOST, max(_FEWEST, _AHEAD * sum(self._connection.slots())))
        return len(self._out) < self._room

    def _order(self, plain: Plain, overrides: Sequence[str]) -> Order:
        from cnnlab.config.identity import identify  # these import torch
        from cnnlab.config.load import load
        from cnnlab.config.run_config import to_plain, with_whole_paths

        config = load(plain)
        run_id = identify(config, self._hashes).run_id
        whole = to_plain(with_whole_paths(config))
        if whole["device"] == "auto":  # a run takes no GPU that it was not given, nor the CPU in silence
            whole["device"] = "cuda" if self._options.num_gpus else "cpu"
        return Order(
            run_id, whole, tuple(overrides), self._home, threads=self._options.threads, num_sharing=self._num_sharing,
            version=version(), begun=None if config.rerun else self._begun(run_id),
        )  # fmt: skip

    def _begun(self, run_id: str) -> Kept[Files] | None:
        """Return what is done of a run, if anything is, and if there may be nodes that do not see it."""
        folder = RunFolder(RUNS / run_id)
        if self._connection.is_local or not folder.has_checkpoint("last.pt"):
            return None
        return self._kept(read_files(folder.path))

    def _kept(self, value: Any) -> Kept[Any]:
        return Kept(self._ray.put(value))

    def _send(self, place: int, order: Order) -> None:
        self._out[self._remote.options(name=order.run_id).remote(order)] = place, order

    def _answers(self) -> list[tuple[int, Order, Answer | Outcome]]:
        """Wait a moment, and return what has come in."""
        done, _ = self._ray.wait(list(self._out), num_returns=1, timeout=_PAUSE)
        came = [(reference, self._answer(reference)) for reference in done]
        return [(*self._out.pop(reference), answer) for reference, answer in came]

    def _answer(self, reference: Any) -> Answer | Outcome:
        """Return an answer, or what there is in place of one."""
        try:
            answer: Answer = self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            said = self._home.said(self._out[reference][1].run_id)
            text = said.read_text(errors="replace") if said.exists() else ""
            return failure(error, max_retries=self._options.max_retries, said=text)
        return answer

    def _understood(self, order: Order, answer: Answer | Outcome) -> Outcome | Order:
        """Return how a run has ended, or its order anew."""
        if isinstance(answer, Outcome):
            return answer
        if answer.lacks is not None:
            return self._supplies.resupplied(order, host=answer.host)
        problem = self._taken_in(order, answer)
        if problem is not None:
            return problem
        return answer.outcome or self._stopped(order, answer.host)

    def _stopped(self, order: Order, host: str) -> Outcome | Order:
        """Return the order anew of a run that its node has stopped, or how it has ended."""
        if order.times_stopped >= self._options.max_retries:
            return Outcome(1, f"was stopped on node {host}. Repeat the sweep to go on with it.")
        return dataclasses.replace(order, times_stopped=order.times_stopped + 1, begun=self._begun(order.run_id))

    def _taken_in(self, order: Order, answer: Answer) -> Outcome | None:
        """Put the run of a node that does not see outputs/ where it belongs; return what keeps it from there."""
        if answer.files is None:
            return None
        if answer.host not in self._without_outputs:
            self._without_outputs.add(answer.host)
            print(f"cluster  node {answer.host} does not see outputs/ of this machine; its runs are sent here")
        folder = RunFolder(RUNS / order.run_id)
        if read_status(folder).get("status") in FINAL and not order.plain["rerun"]:
            return None
        try:
            unpack_run(folder, answer.files)
        except RunError as error:
            return Outcome(1, str(error), is_busy=isinstance(error, Busy))
        return None

    def _stop(self) -> None:
        """Stop all runs, wait for them and keep what is done; a second Ctrl-C kills them."""
        if not self._out:
            return
        print(_STOPPING)
        until = time.monotonic() + _GRACE
        try:
            for reference in self._out:
                self._ray.cancel(reference)
            while self._out and time.monotonic() < until:
                for _, order, answer in self._answers():
                    if isinstance(answer, Answer):
                        self._taken_in(order, answer)
        finally:
            with contextlib.suppress(Exception):  # the cluster is gone, and with it the runs
                for reference in self._out:
                    self._ray.cancel(reference, force=True)
