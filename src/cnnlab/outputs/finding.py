"""A run by its path, its id, or the beginning of its id."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from cnnlab.base.errors import ConfigError
from cnnlab.base.paths import given_path
from cnnlab.outputs.files import RUNS
from cnnlab.outputs.run_folder import RunFolder

_SHOWN = 5  # runs that a message names


def find_run(text: str) -> RunFolder:
    """Return the run that a path, an id or the beginning of an id names.

    Raises:
        ConfigError: no run or more than one.
    """
    path = given_path("run", text)
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


def called(folder: RunFolder) -> str:
    """Return what `find_run` finds a run by: its id, or its path where it lies elsewhere."""
    return folder.run_id if folder.path.parent == RUNS else str(folder.path)


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
