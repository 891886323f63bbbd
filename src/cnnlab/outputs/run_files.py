"""What a run wrote, read back for the plots: each file at most once, and only when a plot asks for it."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path

import numpy as np
import yaml

from cnnlab.base.errors import RunError
from cnnlab.base.metrics import Floats, Ints, confusion_matrix
from cnnlab.base.printing import harmless
from cnnlab.outputs.files import GRADIENTS_COLUMNS, Table, read_table
from cnnlab.outputs.first_batch import FirstBatch, read_first_batch
from cnnlab.outputs.mistakes import Mistakes, read_mistakes
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.summary_file import look_up, parse_summary

METRICS = ("epoch", "train_loss", "train_accuracy", "val_loss", "val_accuracy", "test_loss", "test_accuracy")
"""The columns of metrics.csv that plots look at."""


@dataclass(frozen=True)
class LayerGradients:
    """Sizes of all parameters' gradients in the last batch of one epoch, in the model's order."""

    layers: tuple[str, ...]
    mean_abs: Floats
    """(L,) mean absolute value"""
    max_abs: Floats
    """(L,) largest absolute value"""


@dataclass(frozen=True)
class Predictions:
    """What the selected weights said about the test split. Classes are positions in `RunFiles.classes`."""

    index: Ints
    """(N,) position of the image in the test split"""
    targets: Ints
    """(N,) true classes"""
    predicted: Ints
    """(N,) predicted classes"""
    predicted_score: Floats
    """(N,) score of the predicted class"""
    scores: Floats | None
    """(N, K); None where only the five best were kept"""


@dataclass(frozen=True)
class RunFiles:
    """A run's folder. A file that is not there reads as nothing: None, or empty.

    Raises:
        RunError: a file is there but cannot be read as what it should be.
    """

    folder: Path

    @cached_property
    def _run(self) -> RunFolder:
        return RunFolder(self.folder)

    @cached_property
    def config(self) -> Mapping[str, object]:
        """config.yaml, nested as written."""
        path = self.folder / "config.yaml"
        if not path.exists():
            return {}
        with _reading(path):
            return _mapping(self._run.parse_config())

    @cached_property
    def summary(self) -> Mapping[str, object]:
        """summary.json, nested as written; empty for a run that did not finish."""
        path = self.folder / "summary.json"
        if not path.exists():
            return {}
        with _reading(path):
            return _mapping(parse_summary(self._run))

    @property
    def slug(self) -> str:
        """The run id without seed and hash."""
        return re.sub(r"-s\d+-[0-9a-f]{10}$", "", str(self.summary.get("run_id") or self.folder.resolve().name))

    @property
    def classes(self) -> tuple[str, ...]:
        """Names in the order of the network's outputs."""
        names = self.summary.get("classes")
        return tuple(map(str, names)) if isinstance(names, list) else ()

    @cached_property
    def metrics(self) -> dict[str, list[float | None]]:
        """metrics.csv by column; None = not measured. Losses are nan or inf where the run diverged."""
        path = self.folder / "metrics.csv"
        if not path.exists():
            return {name: [] for name in METRICS}
        with _reading(path):
            table = [[float(cell) if cell else None for cell in row] for row in read_table(path).columns(METRICS)]
        return {name: [row[i] for row in table] for i, name in enumerate(METRICS)}

    def curve(self, name: str) -> tuple[Floats, Floats]:
        """Epochs and values of one column of metrics.csv, without the epochs in which it was not measured."""
        pairs = [(e, v) for e, v in zip(self.metrics["epoch"], self.metrics[name]) if e is not None and v is not None]
        epochs, values = np.array(pairs, dtype=np.float64).reshape(-1, 2).T
        return epochs, values

    @cached_property
    def gradients(self) -> dict[int, LayerGradients]:
        """gradients.csv by epoch, in the order of the epochs; empty where none were kept."""
        path = self.folder / "gradients.csv"
        if not path.exists():
            return {}
        with _reading(path):
            rows = read_table(path).columns(GRADIENTS_COLUMNS)
            return {int(epoch): _layer_gradients(list(group)) for epoch, group in groupby(rows, key=lambda r: r[0])}

    @cached_property
    def predictions(self) -> Predictions | None:
        """predictions.csv; None before the test.

        Columns: index, target, predicted, then either `score_<class>` for every class, or the five best:
        top1, top1_score, ..., top5, top5_score. target, predicted and top1 are class names.
        """
        path = self._run.predictions
        if not path.exists() or not self.classes:
            return None
        with _reading(path):
            return _predictions(read_table(path), self.classes)

    @cached_property
    def confusion(self) -> Ints | None:
        """(K, K) counts of the test split, rows true; None before the test."""
        found = self.predictions
        if found is None or not len(found.index):
            return None
        return confusion_matrix(found.targets, found.predicted, num_classes=len(self.classes))

    @property
    def data_set(self) -> object | None:
        """Name of the data set: of the folder, where the images come from one."""
        root = look_up(self.config, "dataset.root")
        return look_up(self.config, "dataset.name") if root is None else Path(str(root)).name

    @cached_property
    def mistakes(self) -> Mistakes | None:
        """mistakes.npz; None where nothing was misclassified."""
        path = self._run.mistakes
        if not path.exists():
            return None
        with _reading(path):
            found = read_mistakes(self._run)
        return found if len(found.index) else None

    @cached_property
    def first_batch(self) -> FirstBatch | None:
        """first_batch.npz; None for a run without pictures, or of a version that kept none."""
        path = self._run.first_batch
        if not path.exists():
            return None
        with _reading(path):
            return read_first_batch(self._run)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Name the file in whatever goes wrong while it is read."""
    try:
        yield
    except (
        OSError,
        ValueError,
        OverflowError,
        LookupError,
        EOFError,
        csv.Error,
        yaml.YAMLError,
        zipfile.BadZipFile,
    ) as error:
        reason = error.args[0] if isinstance(error, KeyError) else error  # str(KeyError) adds quotes
        raise RunError(f"{path}: cannot be read, {reason}") from error


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise ValueError(f"must hold keys and values, got {type(value).__name__}.")
    return value


def _layer_gradients(rows: list[tuple[str, ...]]) -> LayerGradients:
    return LayerGradients(
        layers=tuple(row[1] for row in rows),
        mean_abs=np.array([float(row[2]) for row in rows]),
        max_abs=np.array([float(row[3]) for row in rows]),
    )


def _predictions(table: Table, classes: tuple[str, ...]) -> Predictions:
    classes = tuple(map(harmless, classes))  # as the file has them
    score_names = tuple(f"score_{name}" for name in classes)
    has_all = set(score_names) <= set(table.header)
    rows = list(table.columns(("index", "target", "predicted", *(score_names if has_all else ("top1_score",)))))
    predicted = _places([row[2] for row in rows], classes)
    cells = np.array([[float(cell) for cell in row[3:]] for row in rows], dtype=np.float32)  # as they were written
    scores = cells.reshape(len(rows), -1).astype(np.float64)
    return Predictions(
        index=np.array([int(row[0]) for row in rows], dtype=np.int64),
        targets=_places([row[1] for row in rows], classes),
        predicted=predicted,
        predicted_score=scores[np.arange(len(rows)), predicted] if has_all else scores[:, 0],
        scores=scores if has_all else None,
    )


def _places(names: list[str], classes: tuple[str, ...]) -> Ints:
    place = {name: i for i, name in enumerate(classes)}
    strangers = set(names) - set(classes)
    if strangers:
        raise ValueError(f"'{min(strangers)}' is none of the classes in summary.json.")
    return np.array([place[name] for name in names], dtype=np.int64)
