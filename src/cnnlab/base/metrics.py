"""Figures of merit of a classifier, in numpy alone: scikit-learn's import takes longer than all of them.

K is the number of classes, N the number of images. Where a figure is undefined the value is scikit-learn's:
0 for precision, recall and F1 (`zero_division=0`), nan for a rate without anything to count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ClassReport:
    """How one class was recognised."""

    precision: float
    """Share of right ones among the images predicted as this class, in [0, 1]; 0 if there are none."""
    recall: float
    """Share of right ones among the images of this class, in [0, 1]; 0 if there are none."""
    f1: float
    """Harmonic mean of precision and recall, in [0, 1]."""
    support: int
    """Images of this class."""


def confusion_matrix(targets: ArrayLike, predicted: ArrayLike, *, num_classes: int) -> Ints:
    """Count images by true and predicted class.

    Shape:
        targets (N,) and predicted (N,) int in [0, K) -> (K, K) int64, rows true, columns predicted.

    Raises:
        ValueError: the lengths differ, or a label is no integer in [0, K).
    """
    rows, columns = _labels(targets, num_classes, "targets"), _labels(predicted, num_classes, "predicted")
    if rows.shape != columns.shape:
        raise ValueError(
            f"confusion_matrix: targets and predicted must be of one length, got {len(rows)} and {len(columns)}."
        )
    counts = np.bincount(rows * num_classes + columns, minlength=num_classes**2)
    return counts.reshape(num_classes, num_classes).astype(np.int64)


def per_class(confusion: Ints) -> list[ClassReport]:
    """Precision, recall, F1 and support of each class, in the order of the classes.

    Shape:
        (K, K) counts, rows true -> K reports.
    """
    hits = np.diag(confusion)
    support, claimed = confusion.sum(axis=1), confusion.sum(axis=0)
    columns = _ratio(hits, claimed), _ratio(hits, support), _ratio(2 * hits, support + claimed), support
    return [ClassReport(float(p), float(r), float(f), int(n)) for p, r, f, n in zip(*columns)]


def accuracy(confusion: Ints) -> float:
    """Share of right answers, in [0, 1]; nan without images."""
    return float(np.trace(confusion) / confusion.sum()) if confusion.sum() else float("nan")


def balanced_accuracy(confusion: Ints) -> float:
    """Mean recall over the classes that have images, in [0, 1]; nan without images.

    A constant answer scores 1 / K however unbalanced the classes are.    Brodersen et al. 2010, ICPR
    """
    support = confusion.sum(axis=1)
    present = support > 0
    return float(np.mean(np.diag(confusion)[present] / support[present])) if present.any() else float("nan")


def majority_accuracy(confusion: Ints) -> float:
    """Share of the most frequent class, in [0, 1]: what its constant answer would score; nan without images."""
    support = confusion.sum(axis=1)
    return float(support.max() / support.sum()) if support.sum() else float("nan")


def roc_curve(scores: ArrayLike, positives: ArrayLike) -> tuple[Floats, Floats]:
    """Rates of false and true positives as the threshold falls over the scores.

    Equal scores fall together: one point. Points on a straight line between their neighbours are left out.
    Fawcett 2006, Pattern Recognition Letters 27(8), algorithm 1

    Shape:
        scores (N,) finite, larger = rather positive; positives (N,) bool -> fpr (P,), tpr (P,), from (0, 0) to
        (1, 1). A rate is nan throughout where no image counts for it (no negatives, no positives).

    Raises:
        ValueError: there are no images, the lengths differ, or a score is not finite.
    """
    values, truth = np.asarray(scores, dtype=np.float64), np.asarray(positives, dtype=bool)
    if values.ndim != 1 or values.shape != truth.shape or values.size == 0:
        raise ValueError(
            f"roc_curve: scores and positives must be of one length over 0, got shapes {values.shape} "
            f"and {truth.shape}."
        )
    if not np.isfinite(values).all():
        raise ValueError(f"roc_curve: scores must be finite, got {values[~np.isfinite(values)][0]}.")
    order = np.argsort(-values, kind="stable")
    last_of_ties = np.append(np.flatnonzero(np.diff(values[order])), values.size - 1)
    true = np.cumsum(truth[order])[last_of_ties]
    false = last_of_ties + 1 - true
    corners = _corners(false, true)
    false, true = np.append(0, false[corners]), np.append(0, true[corners])
    return _rate(false), _rate(true)


def one_vs_rest(scores: ArrayLike, targets: ArrayLike) -> dict[int, tuple[Floats, Floats]]:
    """Return the `roc_curve` of each class against the rest; of two classes only the second one's, by their difference.

    Shape:
        scores (N, K) finite, targets (N,) int in [0, K) -> class -> fpr (P,), tpr (P,).

    Raises:
        ValueError: as of `roc_curve`.
    """
    columns, labels = np.asarray(scores, dtype=np.float64), np.asarray(targets)
    if columns.shape[1] == 2:
        return {1: roc_curve(columns[:, 1] - columns[:, 0], labels == 1)}
    return {place: roc_curve(column, labels == place) for place, column in enumerate(columns.T)}


def macro_auc(scores: ArrayLike, targets: ArrayLike) -> float:
    """Mean area under the curves of `one_vs_rest`, every class counting alike; of two classes it is the one area.

    scikit-learn's roc_auc_score with `multi_class="ovr", average="macro"`.

    Shape:
        scores (N, K), targets (N,) int in [0, K) -> in [0, 1]; nan if a class has no images, or all of them, or if a
        score is not finite.
    """
    columns = np.asarray(scores, dtype=np.float64)
    if columns.size == 0 or not np.isfinite(columns).all():
        return float("nan")
    return float(np.mean([area(*curve) for curve in one_vs_rest(columns, targets).values()]))


def area(x: Floats, y: Floats) -> float:
    """Area under the line through the points (x, y), by trapezoids; nan where a coordinate is.

    Of a `roc_curve`: the chance that a positive scores above a negative, a tie counting half.
    """
    return float(np.sum(np.diff(x) * (y[1:] + y[:-1]) / 2))


def _labels(values: ArrayLike, num_classes: int, name: str) -> Ints:
    labels = np.asarray(values)
    if labels.size == 0:
        return np.empty(0, dtype=np.int64)
    if labels.dtype.kind not in "iu" or labels.ndim != 1:
        raise ValueError(f"confusion_matrix: {name} must be integers (N,), got {labels.dtype} {labels.shape}.")
    outside = (labels < 0) | (labels >= num_classes)
    if outside.any():
        raise ValueError(f"confusion_matrix: {name} must lie in [0, {num_classes}), got {labels[outside][0]}.")
    return labels.astype(np.int64)


def _ratio(part: Ints, whole: Ints) -> Floats:
    return np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0)


def _rate(counts: Ints) -> Floats:
    return counts / counts[-1] if counts[-1] else np.full(len(counts), np.nan)


def _corners(false: Ints, true: Ints) -> NDArray[np.bool_]:
    """Mark the ends and every point where the curve turns."""
    turns = (np.diff(false, 2) != 0) | (np.diff(true, 2) != 0)
    return np.concatenate(([True], turns, [True]))[: len(false)]
