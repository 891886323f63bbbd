"""From scores of the selected weights to summary.json, predictions.csv and mistakes.npz."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import numpy.typing as npt

from cnnlab.base.metrics import accuracy, balanced_accuracy, confusion_matrix, macro_auc, majority_accuracy, per_class
from cnnlab.base.schema import Plain

FULL_SCORES = 20
"""Up to this many classes predictions.csv holds every class's score, above it the five highest."""
TOP = 5
DIGITS = 9
"""Significant ones of the scores in predictions.csv: as many as tell any two float32 apart."""
MISTAKES = 24
"""Pictures of the worst mistakes that are kept."""


def figures_of(scores: npt.NDArray[np.float32], targets: npt.NDArray[np.int64], classes: Sequence[str]) -> Plain:
    """Return the figures of the test split.

    `auc` is the area under the ROC curve: of two classes the second one's, of more the mean of each class against the
    rest; None where a class has no test images.

    Shape:
        scores (N, K), targets (N,); classes: K names.
    """
    predicted = scores.argmax(1)
    confusion = confusion_matrix(targets, predicted, num_classes=len(classes))
    auc = macro_auc(scores, targets)
    return {
        "accuracy": accuracy(confusion),
        "balanced_accuracy": balanced_accuracy(confusion),
        "majority_accuracy": majority_accuracy(confusion),
        "auc": None if np.isnan(auc) else auc,
        "per_class": {name: asdict(row) for name, row in zip(classes, per_class(confusion))},
    }


def accuracy_among(
    scores: npt.NDArray[np.float32], targets: npt.NDArray[np.int64], chosen: Sequence[int]
) -> float | None:
    """Return the accuracy on the images of some classes where these are all that can be answered; None: no images.

    Shape:
        scores (N, K), targets (N,); chosen: of the K classes.
    """
    is_one = np.isin(targets, chosen)
    if not is_one.any():
        return None
    predicted = np.asarray(chosen)[scores[is_one][:, chosen].argmax(1)]
    return float((predicted == targets[is_one]).mean())


def score_columns(classes: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that `score_cells` fills."""
    if len(classes) <= FULL_SCORES:
        return ("predicted", *(f"score_{name}" for name in classes))
    return ("predicted", *(column for k in range(1, TOP + 1) for column in (f"top{k}", f"top{k}_score")))


def predictions(
    scores: npt.NDArray[np.float32],
    targets: npt.NDArray[np.int64],
    classes: Sequence[str],
    files: Sequence[str] | None,
) -> tuple[tuple[str, ...], list[Plain]]:
    """Return columns and rows of predictions.csv: the names of target and prediction, scores, and the file if any.

    Shape:
        scores (N, K), targets (N,); classes: K names; files: N paths, or None where the images are no files.
    """
    columns = ("index", "target", *score_columns(classes), *(() if files is None else ("file",)))
    rows = [
        {"index": index, "target": classes[target], **score_cells(row, classes)}
        for index, (row, target) in enumerate(zip(scores, targets.tolist()))
    ]
    return columns, rows if files is None else [row | {"file": file} for row, file in zip(rows, files)]


def score_cells(row: npt.NDArray[np.float32], classes: Sequence[str]) -> Plain:
    """Return the predicted class and the scores of one image.

    Shape:
        row (K,).
    """
    predicted = {"predicted": classes[int(row.argmax())]}
    if len(classes) <= FULL_SCORES:
        return predicted | {f"score_{name}": _written(score) for name, score in zip(classes, row)}
    cells: Plain = {}
    for k, best in enumerate(np.argsort(-row, kind="stable")[:TOP], 1):
        cells |= {f"top{k}": classes[best], f"top{k}_score": _written(row[best])}
    return predicted | cells


def _written(score: np.float32) -> float:
    return float(f"{score:.{DIGITS}g}")


def worst_mistakes(scores: npt.NDArray[np.float32], targets: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the positions of the images that were wrong with the highest scores, worst first, at most MISTAKES."""
    predicted = scores.argmax(1)
    wrong = np.flatnonzero(predicted != targets)
    order = np.argsort(-scores[wrong, predicted[wrong]], kind="stable")
    return wrong[order][:MISTAKES]
