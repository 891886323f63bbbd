"""`cnnlab resume RUN`: go on with exactly the saved configuration, whatever conf/ says today."""

from __future__ import annotations

import argparse
import dataclasses
import difflib
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cnnlab.artifacts import RUNS, RunFolder
from cnnlab.errors import ConfigError

if TYPE_CHECKING:
    from cnnlab.config import RunConfig

_SHOWN = 5  # runs that a message names
RUN_HELP = "a run's folder, its id, or the beginning of its id"


def main(args: Sequence[str]) -> int:
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

    from cnnlab.commands.train import report
    from cnnlab.console import RunConsole
    from cnnlab.identity import run_id
    from cnnlab.run import execute

    config, overrides, console = saved_config(folder, options.plugins), folder.read_overrides(), RunConsole()
    if run_id(config) != folder.run_id:
        raise ConfigError(
            f"run: the data of {folder.run_id} has changed, or its folder has been renamed: what is saved there is now "
            f"the run {run_id(config)}. Put it back, or train anew: "
            f"{shlex.join(['cnnlab', config.command, *overrides])}"
        )
    outcome = execute(config, overrides=overrides, console=console, runs=folder.path.parent)
    return report(outcome, console, config)


def find_run(text: str) -> RunFolder:
    """Return the run that a path, an id or the beginning of an id names.

    Raises:
        ConfigError: no run or more than one.
    """
    path = Path(text)
    if (path / "config.yaml").is_file():
        return RunFolder(path if path.name not in ("", "..") else path.resolve())  # from inside: its name is the id
    if path.is_dir():
        raise ConfigError(f"run: '{text}' is no run's folder, or its config.yaml is lost.")
    ids = [path.parent.name for path in RUNS.glob("*/config.yaml")]
    matches = [name for name in ids if name.startswith(path.name)]
    if len(matches) == 1:
        return RunFolder(RUNS / matches[0])
    if matches:
        raise ConfigError(f"run: '{text}' stands for {len(matches)} runs, {_some(sorted(matches))}. Say more of it.")
    if not ids:
        raise ConfigError(f"run: no run '{text}', {RUNS} is empty. Train one: cnnlab train")
    nearest = difflib.get_close_matches(path.name, ids, n=_SHOWN, cutoff=0.3) or sorted(ids)
    raise ConfigError(f"run: unknown '{path.name}'. The nearest of {len(ids)}: {_some(nearest)}. See: cnnlab report")


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def saved_config(folder: RunFolder, plugins: str | None) -> RunConfig:
    """Return the configuration of a saved run, with its plugins loaded.

    Args:
        folder: of the run.
        plugins: the files that the user names again, with commas between them.

    Raises:
        ConfigError: the run was trained with plugins, and these were not named or are others now.
        RunError: config.yaml cannot be read.
    """
    from cnnlab.config import load
    from cnnlab.plugins import load_plugins

    plain = folder.read_config()
    if plain.get("plugins"):
        plain["plugins"] = _same_plugins(folder, plain["plugins"], plugins)
        load_plugins(plain["plugins"])
    return dataclasses.replace(load(plain), rerun=False)


def _same_plugins(folder: RunFolder, saved: Sequence[str], typed: str | None) -> list[str]:
    """Return the files that the user names, after a look at their bytes: a run folder never runs code by itself."""
    from cnnlab.identity import file_hash

    named = f"--plugins {','.join(map(str, saved))}"
    if typed is None:
        raise ConfigError(f"--plugins: the run was trained with plugins, which are code. Name them: {named}")
    paths = typed.strip("[]").split(",")
    if missing := [path for path in paths if not Path(path).is_file()]:
        raise ConfigError(f"--plugins: no file '{missing[0]}'. The run was trained with {named}")
    if [file_hash(Path(path)) for path in paths] != folder.read_json("env.json").get("plugins"):
        raise ConfigError(
            f"--plugins: not what {folder.run_id} was trained with, got {typed}: other files, or their content has "
            f"changed since (env.json keeps the hash of each). Put them back, in this order: {named}"
        )
    return paths
