"""The configuration of a saved run, with its plugins."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Sequence

from cnnlab.base.errors import ConfigError
from cnnlab.base.hashing import file_hash
from cnnlab.base.paths import given_path
from cnnlab.config.run_config import RunConfig
from cnnlab.outputs.run_folder import RunFolder


def saved_config(folder: RunFolder, plugins: str | None) -> RunConfig:
    """Return the configuration of a saved run, with its plugins loaded.

    Args:
        folder: of the run.
        plugins: the files that the user names again, with commas between them.

    Raises:
        ConfigError: the run was trained with plugins, and these were not named or are others now.
        RunError: config.yaml cannot be read.
    """
    from cnnlab.config.load import load_saved
    from cnnlab.config.plugins import load_plugins

    plain = folder.read_config()
    if isinstance(saved := plain.get("plugins"), list) and saved:  # what is none is refused by `load_saved`
        plain["plugins"] = _same_plugins(folder, saved, plugins)
        load_plugins(plain["plugins"])
    return dataclasses.replace(load_saved(plain), rerun=False)


def _same_plugins(folder: RunFolder, saved: Sequence[str], typed: str | None) -> list[str]:
    """Return the files that the user names, after a look at their bytes: a run folder never runs code by itself."""
    named = f"--plugins {shlex.quote(','.join(map(str, saved)))}"
    if typed is None:
        raise ConfigError(f"--plugins: the run was trained with plugins, which are code. Name them: {named}")
    paths = [given_path("--plugins", path) for path in typed.strip("[]").split(",")]
    if missing := [path for path in paths if not path.is_file()]:
        raise ConfigError(f"--plugins: no file '{missing[0]}'. The run was trained with {named}")
    if [file_hash(path) for path in paths] != folder.read_environment().get("plugins"):
        raise ConfigError(
            f"--plugins: not what {folder.run_id} was trained with, got {typed}: other files, or their content has "
            f"changed since (env.json keeps the hash of each). Put them back, in this order: {named}"
        )
    return [str(path) for path in paths]
