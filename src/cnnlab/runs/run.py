"""One run from configuration to summary: found finished, or trained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from cnnlab.base.turns import Turns, finish
from cnnlab.config.identity import identify
from cnnlab.config.run_config import RunConfig
from cnnlab.outputs.files import runs_dir
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.finished import RunEnd, finished, remember
from cnnlab.runs.run_context import RunContext


def execute(
    config: RunConfig, *, context: RunContext | None = None, overrides: Sequence[str] = (), runs: Path | None = None
) -> RunEnd:
    """Train one run to its end, or find it finished.

    Args:
        config: what to run.
        context: what it is told besides, of this run alone; None: nothing.
        overrides: what the user typed, kept beside the configuration.
        runs: the folder of all runs; None: that of the command.

    Raises:
        KeyboardInterrupt: the user stopped it before it began.
        ConfigError: the configuration does not fit the data, the machine or the run's earlier part; nothing is written.
        Busy: another process is at the run, or has taken it over since.
        RunError: the run failed.
        Interrupted: the user stopped it; what is done is kept.
    """
    return finish(turns(config, context=context or RunContext(), overrides=overrides, runs=runs))


def turns(
    config: RunConfig, *, context: RunContext, overrides: Sequence[str] = (), runs: Path | None = None,
    begins: Callable[[], None] | None = None,
) -> Turns[RunEnd]:  # fmt: skip
    """Train one run as `execute` does, and yield wherever another run may have a turn.

    Args:
        config: as of `execute`.
        context: likewise.
        overrides: likewise.
        runs: likewise.
        begins: called where the run is to be trained, before torch is loaded.
    """
    console, hashes = context.console, context.library.hashes
    context.stop.look()
    identity = identify(config, hashes, progress=console.preparing)
    for note in hashes.notes:
        console.say(f"note     {note}")
    folder = RunFolder((runs_dir() if runs is None else runs) / identity.run_id)
    if not config.rerun and (done := finished(folder)) is not None:
        remember(folder, config)
        return done
    if begins is not None:
        begins()
    console.meanwhile("loading torch")
    from cnnlab.runs.training_run import train

    console.meanwhile("loading the data")
    return (yield from train(config, folder, identity=identity, context=context, overrides=overrides))
