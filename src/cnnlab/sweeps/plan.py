"""What a sweep would do: `plan=true`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cnnlab.base.texts import duration, quantity, size
from cnnlab.config.run_config import RunConfig
from cnnlab.outputs.files import outputs_dir
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.standing import standing
from cnnlab.outputs.status import FINAL
from cnnlab.sweeps.choosing import Choice, seconds_of, with_threads
from cnnlab.sweeps.designs import Standing

_LABEL = 40  # columns


def plan_lines(
    name: str, runs: Mapping[str, tuple[RunFolder, RunConfig]], *, more: Standing, choice: Choice
) -> Iterator[str]:
    """Yield how every run of a sweep stands and what it takes, then what all of them take.

    Args:
        name: of the sweep.
        runs: label -> folder and configuration, in the order of running; of a design that may ask for more, those that
            it asks for in any case.
        more: how many runs may follow, and why.
        choice: how they are carried out.

    Raises:
        ConfigError: a run cannot be built.
    """
    from cnnlab.runs.estimate import costs  # imports torch

    finished = {folder: config for folder, config in runs.values() if _status(folder) in FINAL and not config.rerun}
    to_do = {folder: config for folder, config in runs.values() if folder not in finished}
    yield f"plan     {name}: {quantity(len(runs), 'run')}, {len(finished):,} finished, {len(to_do):,} to do"
    if choice.line is not None:
        yield choice.line
    workers = choice.workers
    asked = (with_threads(config, workers.threads) for config in to_do.values())
    estimated = costs(finished, dict(zip(to_do, asked)))
    for label, (folder, _) in runs.items():
        status = _status(folder) if folder in finished else "to do"
        cost = f"  {duration(estimated[folder].seconds)}" if folder in estimated else ""
        yield f"  {status:10}{label:{_LABEL}}{cost}".rstrip()
        yield f"{'':12}{folder.run_id}"
    most = len(runs) + more.num_more
    if more.num_more:
        yield from more.planned
        yield from _at_most(len(runs), most, more.why_more, [cost.seconds / workers.num for cost in estimated.values()])
    if not to_do:
        yield "total    nothing to do" if most == len(runs) else "total    nothing to do before the first look"
        return
    seconds = seconds_of(list(estimated.values()), workers.num)
    room = size(sum(cost.num_bytes for cost in estimated.values()))
    how = "one run after the other" if workers.num == 1 else f"{workers.num} at a time"
    yield f"total    about {duration(seconds)} {how}, {room} in {outputs_dir()}/"


def _at_most(least: int, most: int, why_more: str, seconds: Sequence[float]) -> Iterator[str]:
    """Yield how many runs a design asks for that decides by itself."""
    about = f", about {duration(sum(seconds) / len(seconds) * most)} in all" if seconds else ""
    yield f"least    {least} runs, those above: {why_more}"
    yield f"most     {most} runs{about}"


def _status(folder: RunFolder) -> str:
    return standing(folder)
