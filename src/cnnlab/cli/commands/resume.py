"""`cnnlab resume RUN`: go on with exactly the saved configuration, whatever conf/ says today; also to more epochs."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnlab.base.errors import ConfigError
from cnnlab.base.stopping import Stop
from cnnlab.base.texts import quantity
from cnnlab.cli.own_arguments import Parser
from cnnlab.outputs.finding import find_run
from cnnlab.outputs.run_folder import SCHEMA, RunFolder
from cnnlab.runs.saved_config import saved_config

if TYPE_CHECKING:
    from cnnlab.config.run_config import RunConfig


def main(args: Sequence[str], stop: Stop) -> int:
    """Run the command; return its exit code."""
    parser = Parser(
        "resume",
        description="Go on with an interrupted or failed run: its saved configuration, from its last checkpoint. With "
        "epochs=N a run that was trained with keep=last goes on to more epochs, as a run of its own.",
        epilog="examples: cnnlab resume latest · cnnlab resume 8ba5cd47c1 epochs=20",
        example="latest",
    )
    parser.add_run()
    parser.add_argument("epochs", nargs="?", metavar="epochs=N", help="epochs to train in all; none: as saved")
    parser.add_plugins()
    options = parser.read(args)
    folder = find_run(options.run)
    epochs = None if options.epochs is None else _epochs(options.epochs)

    from cnnlab.runs.draughtsman import Draughtsman
    from cnnlab.runs.job import report
    from cnnlab.runs.run import execute
    from cnnlab.runs.run_context import RunContext

    config, context = saved_config(folder, options.plugins), RunContext(stop=stop)
    overrides: Sequence[str] = folder.read_overrides()
    _check_same(folder, config, overrides)
    if epochs is not None:
        config, overrides = _extended(folder, config, overrides, epochs)
    with context.tracking:
        outcome = execute(config, context=context, overrides=overrides, runs=folder.path.parent)
        return report(outcome, config, context=context, draughtsman=Draughtsman())


def _epochs(word: str) -> str:
    """Return the number behind `epochs=`.

    Raises:
        ConfigError: it is another word: whatever else is changed makes another run.
    """
    key, _, value = word.partition("=")
    if key != "epochs":
        raise ConfigError(
            f"resume: goes on as the run was configured, and takes epochs=N alone, got {word}. For another run: "
            "cnnlab train"
        )
    return value


def _check_same(folder: RunFolder, config: RunConfig, overrides: Sequence[str]) -> None:
    """Refuse a run that is no longer what its name says.

    Raises:
        ConfigError: it is of another version, or its data has changed.
    """
    from cnnlab.config.identity import run_id

    command = shlex.join(["cnnlab", config.command, *overrides])
    if folder.schema != SCHEMA:
        raise ConfigError(
            f"run: {folder.run_id} is of another version of cnnlab, whose results are not this one's "
            f"(schema {folder.schema}, now {SCHEMA}). Train anew: {command}"
        )
    if run_id(config) != folder.run_id:
        raise ConfigError(
            f"run: the data of {folder.run_id} has changed, or its folder has been renamed: what is saved there is now "
            f"the run {run_id(config)}. Put it back, or train anew: {command}"
        )


def _extended(
    folder: RunFolder, config: RunConfig, overrides: Sequence[str], epochs: str
) -> tuple[RunConfig, Sequence[str]]:
    """Return the configuration of a run of more epochs, which begins where this one has ended, and what it is typed as.

    Raises:
        ConfigError: it cannot begin there.
    """
    from cnnlab.config.identity import run_id
    from cnnlab.runs.extending import extend, problem_of_extending, with_epochs

    wanted = with_epochs(config, epochs)
    if wanted.epochs == config.epochs:
        return config, overrides
    typed = [*(word for word in overrides if not word.startswith("epochs=")), f"epochs={wanted.epochs}"]
    if (why := problem_of_extending(folder, config, wanted.epochs)) is not None:
        command = shlex.join(["cnnlab", config.command, *typed])
        raise ConfigError(
            f"resume: {folder.run_id} cannot go on to {quantity(wanted.epochs, 'epoch')}: {why}. Train anew: {command}"
        )
    extend(folder, RunFolder(folder.path.parent / run_id(wanted)))
    return wanted, typed
