"""Runs and studies of before, by the names that commands take, and the table of runs."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnlab.api.exported import ExportedRun
from cnnlab.api.frames import frame
from cnnlab.api.run import Run
from cnnlab.api.study import Study, opened_study
from cnnlab.api.words import Word
from cnnlab.base.errors import ConfigError, did_you_mean
from cnnlab.base.paths import given_path
from cnnlab.comparison.run_filters import filtered
from cnnlab.comparison.run_table import RunLine, differing_settings, read_lines
from cnnlab.outputs.exported import is_exported, is_unpacked
from cnnlab.outputs.files import outputs_dir, runs_dir
from cnnlab.outputs.finding import find_run, study_names
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.exporting.formats import format_of

if TYPE_CHECKING:
    import pandas as pd


def load(name: Word, *, plugins: str | None) -> Run:
    """Return the run that a path, the beginning of an id or of its hash, `latest` or `best` names, or an exported one.

    Raises:
        ConfigError: there is no such run, or several; or the file holds a graph alone, or is damaged.
    """
    path = given_path("run", os.fspath(name))
    if is_exported(path):
        return ExportedRun.opened(path.absolute())
    if path.is_file() and format_of(path) not in (None, "cnnlab"):
        raise ConfigError(
            f"run: '{path}' holds a graph or weights alone. Classify with it: cnnlab predict {shlex.quote(str(path))} "
            "IMAGE..., or load what cnnlab export --format cnnlab makes."
        )
    found = RunFolder(find_run(os.fspath(name)).path.absolute())
    return ExportedRun(found, origin=found.path) if is_unpacked(found) else Run(found, plugins=plugins)


def study(name: Word) -> Study:
    """Return the study of a name, or in a folder.

    Raises:
        ConfigError: there is none.
    """
    path = given_path("study", os.fspath(name))
    for folder in (outputs_dir() / path, path):
        if (folder / "runs.csv").is_file():
            return opened_study(folder.absolute())
    names = study_names()
    known = f"Known: {', '.join(names)}." if names else f"{outputs_dir()} has none. Begin one with cnnlab.sweep."
    raise ConfigError(f"study: no study '{path}'.{did_you_mean(path.name, names)} {known}")


def list_runs(words: Sequence[str]) -> pd.DataFrame:
    """Return the table of runs that fit `key=value` words, the newest first; settings in which they differ are columns.

    Raises:
        ConfigError: no run has such a setting, or pandas is not installed.
    """
    lines = read_lines([path.parent for path in runs_dir().glob("*/status.json")])
    lines = filtered(lines, [os.fspath(word) for word in words]) if lines else []
    keys = differing_settings(lines)
    return frame((_row(line, keys) for line in lines), columns=[*_COLUMNS, *keys])


_COLUMNS = ("run_id", "status", "began", "data", "epochs", "val_accuracy", "test_accuracy", "seconds", "tags", "note")


def _row(line: RunLine, keys: Sequence[str]) -> dict[str, object]:
    import datetime

    began = None if line.began is None else datetime.datetime.fromtimestamp(line.began)
    own = (
        line.folder.name, line.status, began, line.data, line.epochs, line.val_accuracy, line.test_accuracy,
        line.seconds, ",".join(line.tags), line.note,
    )  # fmt: skip
    return {**dict(zip(_COLUMNS, own)), **{key: line.settings.get(key, "") for key in keys}}
