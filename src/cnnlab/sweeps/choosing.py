"""`hydra/launcher=auto`: which way of carrying out the runs of a sweep is the fastest on this machine.

Threads change the bits of what a CPU computes. So runs of a sweep that were begun before decide how many the others
take, and a few steps of each kind of run are timed only where there are none.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from cnnlab.base.cores import granted_threads, num_cores
from cnnlab.base.free_memory import free_memory_bytes
from cnnlab.base.texts import quantity
from cnnlab.config.run_config import RunConfig
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.workers import Workers
from cnnlab.runs.cost import Cost

SHORT = 10.0
"""Seconds under which a sweep stays in its process: workers would hardly have begun."""
_START = 4.0  # seconds in which a worker loads torch
_GAIN = 1.1  # times as fast, at least
_PART = 0.8  # of the free memory
_LOOK = 0.3  # seconds of training that tell what a run takes
_PATIENCE = 3.0  # seconds after which no other kind of run is measured

Costs = Callable[[Sequence[RunConfig]], Sequence[Cost]]
"""What runs take, alone on the machine, each with the threads that its configuration says."""


@dataclass(frozen=True)
class Machine:
    """What there is to compute with."""

    num_cores: int
    threads: int
    """Most that a process may have."""
    num_gpus: int
    free_bytes: int
    run_bytes: Callable[[], int]
    """Memory that this process took at most for the runs that were measured."""


@dataclass(frozen=True)
class Choice:
    """What was chosen, and why."""

    workers: Workers
    why: str = ""
    """A few words, where there is something to say."""

    @property
    def line(self) -> str | None:
        """The choice in a line; None where runs simply follow each other."""
        num, threads = self.workers.num, self.workers.threads
        if not self.why:
            return None
        each = "" if threads is None else f", {quantity(threads, 'thread')} each"
        at_a_time = "one after the other" if num == 1 else f"{num} at a time"
        return f"workers  {at_a_time}{each}: {self.why}"


def choose(to_do: Sequence[RunConfig], *, threads_before: int | None, machine: Machine, costs: Costs) -> Choice:
    """Choose how runs are carried out.

    Args:
        to_do: the runs.
        threads_before: of runs that they will be compared with; None: there are none.
        machine: what there is.
        costs: measures runs.
    """
    typed = {config.threads for config in to_do} - {None}
    threads = None if typed else threads_before
    in_process = Choice(Workers(threads=threads))
    if len(to_do) < 2:
        return in_process
    if any(config.timing == "alone" for config in to_do):
        return Choice(Workers(threads=threads), "timing=alone")
    if machine.num_gpus and any(config.device != "cpu" for config in to_do):
        return _on_gpus(to_do, machine.num_gpus)
    fixed = max((config.threads or 0 for config in to_do), default=0) or threads
    most = min(len(to_do), machine.num_cores // (fixed or 1))
    if most < 2:
        return in_process if fixed is None or typed else Choice(Workers(threads=threads), "as the runs that are there")
    one_by_one = costs([with_threads(config, threads) for config in to_do])
    if sum(cost.seconds for cost in one_by_one) < SHORT:
        return in_process
    num = min(most, int(_PART * machine.free_bytes / max(1, machine.run_bytes())))
    if num < 2:
        return in_process
    each = fixed or min(machine.threads, machine.num_cores // num)
    at_once = one_by_one if fixed else costs([with_threads(config, each) for config in to_do])
    gain = seconds_of(one_by_one, 1) / seconds_of(at_once, num)
    if gain < _GAIN:
        return in_process
    told = min(gain, num)  # what lies above it is the machine's being busy
    return Choice(Workers(num, None if typed else each), f"about {told:.1f}x as fast")


def with_threads(config: RunConfig, threads: int | None) -> RunConfig:
    """Return a run with so many threads, unless it says itself how many it takes."""
    return config if config.threads is not None else dataclasses.replace(config, threads=threads)


def _on_gpus(to_do: Sequence[RunConfig], num_gpus: int) -> Choice:
    """Return a process for each GPU, where runs may take any; what goes abreast on one is its process's business."""
    num = min(num_gpus, len(to_do))
    if num == 1 or any(config.device not in ("auto", "cuda") for config in to_do):
        return Choice(Workers())
    return Choice(Workers(num, gpus=tuple(range(num))), f"one on each of {num} GPUs")


def seconds_of(costs: Sequence[Cost], num: int) -> float:
    """Return what runs take, so many at a time; features are computed once, while the others wait for them."""
    features = sum(cost.features_seconds for cost in costs)
    own = [cost.seconds - cost.features_seconds for cost in costs]
    return features + max(max(own), sum(own) / num) + (_START if num > 1 else 0.0)


def threads_of(folders: Iterable[RunFolder]) -> int | None:
    """Return the threads that runs were begun with, on a CPU; None where none was."""
    for folder in folders:
        made_in = folder.read_environment()
        if made_in.get("device") == "cpu" and isinstance(threads := made_in.get("threads"), int):
            return threads
    return None


def choose_here(runs: Mapping[RunFolder, RunConfig], to_do: Sequence[RunFolder]) -> Choice:
    """Choose on this machine.

    Args:
        runs: all of the sweep; those that are not to do have ended, and tell what others take.
        to_do: in order.
    """
    from cnnlab.base.memory import process_peak_bytes  # these import torch
    from cnnlab.base.runtime import num_gpus
    from cnnlab.runs import estimate

    left = set(to_do)
    ended = {folder: config for folder, config in runs.items() if folder not in left}

    def costs(configs: Sequence[RunConfig]) -> Sequence[Cost]:
        wanted = dict(zip(to_do, configs))
        found = estimate.costs(ended, wanted, seconds=_LOOK, patience=_PATIENCE, is_trial=True)
        return [found[folder] for folder in to_do]

    machine = Machine(num_cores(), granted_threads(), num_gpus(), free_memory_bytes(), process_peak_bytes)
    return choose([runs[folder] for folder in to_do], threads_before=threads_of(runs), machine=machine, costs=costs)
