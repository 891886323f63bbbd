"""`cnnlab resume RUN`: go on with exactly the saved configuration, whatever conf/ says today."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence

from cnnlab.base.errors import ConfigError
from cnnlab.base.stopping import Stop
from cnnlab.outputs.finding import find_run
from cnnlab.outputs.run_folder import SCHEMA
from cnnlab.runs.saved_config import saved_config

RUN_HELP = "a run's folder, its id, the beginning of its id or of the hash at its end; or latest, or best"


def main(args: Sequence[str], stop: Stop) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(
        prog="cnnlab resume",
        description="Go on with an interrupted or failed run: its saved configuration, from its last checkpoint.",
        epilog="example: cnnlab resume outputs/runs/cnn6-batch-relu-adam-s0-0123456789",
    )
    parser.add_argument("run", help=RUN_HELP)
    parser.add_argument("--plugins", metavar="FILE,...", help="the plugins that the run was trained with")
    options = parser.parse_args(args)
    folder = find_run(options.run)

    from cnnlab.config.identity import run_id
    from cnnlab.runs.console import RunConsole
    from cnnlab.runs.job import report
    from cnnlab.runs.run import execute

    config, overrides, console = saved_config(folder, options.plugins), folder.read_overrides(), RunConsole()
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
    outcome = execute(config, overrides=overrides, console=console, runs=folder.path.parent, stop=stop)
    return report(outcome, console, plots=config.plots, epochs=config.epochs)
