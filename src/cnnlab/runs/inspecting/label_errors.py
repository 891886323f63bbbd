"""Images whose label is likely wrong: confident learning."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnlab.base.metrics import Floats, Ints


@dataclass(frozen=True)
class LikelyError:
    """An image that is likely of another class than its label says."""

    place: int
    """Of the image."""
    label: int
    suggested: int
    margin: float
    """p[suggested] - p[label], in [-1, 1]: the larger, the likelier."""


def likely_errors(labels: Ints, probabilities: Floats) -> list[LikelyError]:
    """Return the images off the diagonal of the confident joint, the likeliest errors first.

    t[j] = mean of p[n, j] over the images that are labelled j; an image counts for the class j that is likeliest of
    those with p[n, j] >= t[j], if there are any. It is a likely error where that class is not its label.
    Northcutt et al. 2021, "Confident Learning", JAIR 70, sec. 3.1

    The probabilities have to be those of a network that has not learnt from these images; they need no calibration,
    since each class has its own threshold. What is found is likely, not certain: look at it.

    Shape:
        labels (N,), probabilities (N, K).
    """
    num_classes = probabilities.shape[1]
    counts = np.bincount(labels, minlength=num_classes)
    own = np.bincount(labels, probabilities[np.arange(len(labels)), labels], num_classes)
    thresholds = np.where(counts > 0, own / np.maximum(counts, 1), np.inf)  # of no images nothing is known
    confident = np.where(probabilities >= thresholds, probabilities, -1.0)
    suggested = confident.argmax(1)
    is_error = (confident.max(1) >= 0) & (suggested != labels)
    found = [
        LikelyError(n, int(labels[n]), int(s), float(probabilities[n, s] - probabilities[n, labels[n]]))
        for n, s in zip(np.flatnonzero(is_error).tolist(), suggested[is_error].tolist())
    ]
    return sorted(found, key=lambda error: (-error.margin, error.place))
