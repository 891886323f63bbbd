"""One run from configuration to summary: found finished, or trained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cnnlab.base.stopping import Stop
from cnnlab.base.turns import Turns, finish
from cnnlab.config.identity import identify
from cnnlab.config.run_config import RunConfig
from cnnlab.data.library import DataLibrary
from cnnlab.outputs.files import runs_dir
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.console import RunConsole
from cnnlab.runs.finished import RunEnd, finished, remember
from cnnlab.runs.tracking.tracking import Tracking

if TYPE_CHECKING:
    from cnnlab.training.tracks import Track


def execute(
    config: RunConfig, *, overrides: Sequence[str] = (), console: RunConsole | None = None, runs: Path | None = None,
    library: DataLibrary | None = None, stop: Stop | None = None, tracking: Tracking | None = None,
) -> RunEnd:  # fmt: skip
    """Train one run to its end, or find it finished.

    Args:
        config: what to run.
        overrides: what the user typed, kept beside the configuration.
        console: where it is told.
        runs: the folder of all runs; None: that of the command.
        library: holds what earlier runs of the process have read; None: nothing.
        stop: asked before the data is read, before training, and after each epoch; None: Ctrl-C means what it means
            outside, and nothing waits for the end of an epoch.
        tracking: tells trackers of the run; None: none is told.

    Raises:
        KeyboardInterrupt: the user stopped it before it began.
        ConfigError: the configuration does not fit the data, the machine or the run's earlier part; nothing is written.
        Busy: another process is at the run, or has taken it over since.
        RunError: the run failed.
        Interrupted: the user stopped it; what is done is kept.
    """
    work = turns(config, overrides=overrides, console=console, runs=runs, library=library, stop=stop, tracking=tracking)
    return finish(work)


def turns(
    config: RunConfig, *, overrides: Sequence[str] = (), console: RunConsole | None = None, runs: Path | None = None,
    library: DataLibrary | None = None, stop: Stop | None = None, tracking: Tracking | None = None,
    track: Track | None = None, num_at_once: int = 1,
    begins: Callable[[], None] | None = None,
) -> Turns[RunEnd]:  # fmt: skip
    """Train one run as `execute` does, and yield wherever another run may have a turn.

    Args:
        config: what to run; the others are those of `execute`.
        overrides: likewise.
        console: likewise.
        runs: likewise.
        library: likewise.
        stop: likewise.
        tracking: likewise.
        track: the run's own, if others take turns with it; its turn has come when the track is ready.
        num_at_once: runs that share the machine, each in a process: recorded, since its seconds are not its own then.
        begins: called where the run is to be trained, before torch is loaded.
    """
    console, library = console or RunConsole(), DataLibrary() if library is None else library
    stop = Stop() if stop is None else stop
    stop.look()
    identity = identify(config, library.hashes, progress=console.preparing)
    for note in library.hashes.notes:
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
    work = train(
        config, folder, identity, overrides=overrides, console=console, library=library, stop=stop,
        tracking=tracking, track=track, num_at_once=num_at_once,
    )  # fmt: skip
    return (yield from work)
