"""`cnnlab resume RUN`: go on with exactly the saved configuration, whatever conf/ says today."""

from __future__ import annotations

import argparse
import dataclasses
import shlex
from collections.abc import Sequence
from pathlib import Path

from cnnlab.artifacts import RUNS, RunFolder
from cnnlab.errors import ConfigError, unknown
from cnnlab.schema import Plain

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
    from cnnlab.config import load
    from cnnlab.console import RunConsole
    from cnnlab.identity import run_id
    from cnnlab.run import execute

    plain = folder.read_config()
    check_plugins(plain, options.plugins)
    config, console = dataclasses.replace(load(plain), rerun=False), RunConsole()
    if run_id(config) != folder.run_id:
        raise ConfigError(
            f"run: the data or the plugins of {folder.run_id} have changed, as they are now the run would be another "
            f"one, {run_id(config)}. Put them back, or train anew: {shlex.join(['cnnlab', 'train', *folder.read_overrides()])}"
        )
    outcome = execute(config, overrides=folder.read_overrides(), console=console, runs=folder.path.parent)
    return report(outcome, console, config)


def find_run(text: str) -> RunFolder:
    """Return the run that a path, an id or the beginning of an id names.

    Raises:
        ConfigError: no run or more than one.
    """
    if (Path(text) / "config.yaml").is_file():
        return RunFolder(Path(text))
    ids = [path.parent.name for path in RUNS.glob("*/config.yaml")]
    matches = [name for name in ids if name.startswith(Path(text).name)]
    if len(matches) == 1:
        return RunFolder(RUNS / matches[0])
    if matches:
        raise ConfigError(
            f"run: '{text}' stands for {len(matches)} runs, {', '.join(sorted(matches))}. Say more of it."
        )
    if not ids:
        raise ConfigError(f"run: no run '{text}', {RUNS} is empty. Train one: cnnlab train")
    raise ConfigError(f"run: {unknown(Path(text).name, ids)}")


def check_plugins(plain: Plain, typed: str | None) -> None:
    """Load the plugins that the user names again for a run that was trained with plugins.

    Raises:
        ConfigError: they were not named. A run folder never runs code by itself.
    """
    from cnnlab.plugins import load_plugins

    saved = plain.get("plugins") or []
    if not saved:
        return
    if typed is None:
        files = ",".join(map(str, saved))
        raise ConfigError(f"--plugins: the run was trained with plugins, which are code. Name them: --plugins {files}")
    paths = typed.strip("[]").split(",")
    load_plugins(paths)
    plain["plugins"] = paths
