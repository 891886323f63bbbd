"""What a sweep would do: `plan=true`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cnnlab.base.texts import duration
from cnnlab.config.run_config import RunConfig
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.standing import standing
from cnnlab.outputs.status import FINAL

_LABEL = 40  # columns


def plan_lines(name: str, runs: Mapping[str, tuple[RunFolder, RunConfig]]) -> Iterator[str]:
    """Yield how every run of a sweep stands and what it takes, then what all of them take.

    Args:
        name: of the sweep.
        runs: label -> folder and configuration, in the order of running.

    Raises:
        ConfigError: a run cannot be built.
    """
    from cnnlab.runs.estimate import costs  # imports torch

    finished = {folder: config for folder, config in runs.values() if _status(folder) in FINAL and not config.rerun}
    to_do = {folder: config for folder, config in runs.values() if folder not in finished}
    num_runs = f"{len(runs)} run{'' if len(runs) == 1 else 's'}"
    yield f"plan     {name}: {num_runs}, {len(finished)} finished, {len(to_do)} to do"
    estimated = costs(finished, to_do)
    for label, (folder, _) in runs.items():
        status = _status(folder) if folder in finished else "to do"
        cost = f"  {duration(estimated[folder].seconds)}" if folder in estimated else ""
        yield f"  {status:10}{label:{_LABEL}}{cost}".rstrip()
        yield f"{'':12}{folder.run_id}"
    if not to_do:
        yield "total    nothing to do"
        return
    seconds = sum(cost.seconds for cost in estimated.values())
    megabytes = sum(cost.num_bytes for cost in estimated.values()) / 1e6
    size = f"{megabytes:,.{0 if megabytes >= 10 else 1}f} MB"
    yield f"total    about {duration(seconds)} one run after the other, {size} in outputs/"


def _status(folder: RunFolder) -> str:
    return standing(folder)
