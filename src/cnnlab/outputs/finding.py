"""A run by its path, its id, the beginning of its id or of the hash at its end, or as the latest or the best."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.base.paths import given_path
from cnnlab.base.texts import first_names
from cnnlab.outputs.files import RUNS, outputs_dir, runs_dir
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.standing import standing
from cnnlab.outputs.status import began
from cnnlab.outputs.summary_file import figure, known_summary, look_up

LATEST, BEST = "latest", "best"
BY_WORD = {
    LATEST: "the run that was begun last",
    BEST: "the best by validation accuracy of those on the latest run's data set",
}
"""Words that stand for a run, and for which."""
_ALIKE = 0.5  # of two ids; what is less alike has letters in common
_SHOWN = 5  # runs that a message names


def find_run(text: str) -> RunFolder:
    """Return the run that a path, an id, the beginning of an id or of its hash, or one of `BY_WORD` names.

    Raises:
        ConfigError: no run or more than one.
    """
    path = given_path("run", text)
    if (path / "config.yaml").is_file():
        return RunFolder(path if path.name not in ("", "..") else path.resolve())  # from inside: its name is the id
    if path.is_dir():
        raise ConfigError(f"run: '{text}' is not a run's folder, or its config.yaml is lost.")
    ids = run_ids()
    if not ids:
        raise ConfigError(f"run: no run '{text}', {runs_dir()} is empty. Train one: cnnlab train")
    if text in BY_WORD:
        runs = sorted((RunFolder(runs_dir() / name) for name in ids), key=_age)
        return runs[0] if text == LATEST else _best(runs)
    begun, hashes = ([name for name in ids if part(name).startswith(path.name)] for part in (str, _hash))
    matches = begun or hashes
    if len(matches) == 1:
        return RunFolder(runs_dir() / matches[0])
    if matches:
        raise ConfigError(
            f"run: '{text}' stands for {len(matches)} runs, {first_names(sorted(matches), _SHOWN)}. Type more of it."
        )
    nearest = difflib.get_close_matches(path.name, ids, n=_SHOWN, cutoff=_ALIKE)
    there = f"The nearest of {len(ids)}: {', '.join(nearest)}" if nearest else "No run has a similar id"
    raise ConfigError(f"run: unknown '{path.name}'. {there}. See: cnnlab report")


def run_ids() -> list[str]:
    """Return the ids of all runs that were begun."""
    return [path.parent.name for path in runs_dir().glob("*/config.yaml")]


def study_names() -> list[str]:
    """Return the names of all studies, sorted."""
    return sorted(path.parent.name for path in outputs_dir().glob("*/runs.csv"))


def called(folder: RunFolder) -> str:
    """Return what `find_run` finds a run by: its id, or its path where it lies elsewhere."""
    return folder.run_id if folder.path.parent == RUNS else str(folder.path)


def _hash(run_id: str) -> str:
    return run_id.rpartition("-")[2]


def _age(run: RunFolder) -> tuple[float, float, str]:
    """Return what sorts runs, the newest first: status.json counts seconds, in one of which several may begin."""
    return -(began(run) or 0.0), -(run.path / "config.yaml").stat().st_mtime, run.run_id


def _best(runs: Sequence[RunFolder]) -> RunFolder:
    """Return the run with the highest validation accuracy among those on the data set of the first.

    Raises:
        ConfigError: none of them is finished.
    """
    wanted = _data_set(runs[0])
    of_data = [run for run in runs if _data_set(run) == wanted]
    known = [(accuracy, run) for run in of_data if (accuracy := _val_accuracy(run)) is not None]
    if not known:
        raise ConfigError(
            f"run: no best of {len(of_data)}: none of the runs on {_data_name(wanted)}, which the latest is on, has a "
            "validation accuracy. See: cnnlab report"
        )
    return max(known, key=lambda pair: pair[0])[1]


def _val_accuracy(run: RunFolder) -> float | None:
    return figure(known_summary(run), "val.accuracy") if standing(run) == "finished" else None


def _data_set(run: RunFolder) -> tuple[str, str]:
    """Return name and folder of a run's data set; nothing where its configuration is damaged."""
    try:
        plain = run.read_config()
    except RunError:
        return "", ""
    return str(look_up(plain, "dataset.name") or ""), str(look_up(plain, "dataset.root") or "")


def _data_name(data: tuple[str, str]) -> str:
    name, root = data
    return Path(root).name or name or "unknown data"
