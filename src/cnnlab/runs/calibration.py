"""Decision values turned into probabilities, by what they were worth on the validation split."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cnnlab.networks.scores import NEVER, PROBABILITIES
from cnnlab.outputs.summary_file import figure

_STEPS = 100
_LARGEST = 1e6  # scale: beyond it every answer is certain
_TOLERANCE = 1e-10

Scores = npt.NDArray[np.float32]
Probabilities = npt.NDArray[np.float64]
"""(N, K)"""


@dataclass(frozen=True)
class Calibration:
    """p = softmax(a f) of decision values f: one number, so the order of the classes stays that of their scores.

    Platt 1999 fits a slope and an intercept to one machine; an intercept per class could make another class the
    likeliest than the one that is answered, and takes more images than small validation splits have.
    """

    scale: float
    """a >= 0, per unit of the decision values."""
    images: int
    """Of the validation split, by which it was fitted."""

    def as_plain(self) -> dict[str, float]:
        """Return what summary.json keeps."""
        return {"scale": self.scale, "images": self.images}

    def probabilities(self, scores: npt.ArrayLike) -> Probabilities:
        """Return probabilities (N, K) of decision values (N, K); a class that is never answered has none."""
        return _softmax(np.asarray(scores, dtype=np.float64), self.scale)


def saved_calibration(summary: object) -> Calibration | None:
    """Return what a run's summary keeps; None where it has none, or a damaged one."""
    scale, images = figure(summary, "calibration.scale"), figure(summary, "calibration.images")
    return None if scale is None or scale < 0 or images is None else Calibration(float(scale), int(images))


def calibration_of(summary: object, scores_are: str) -> Calibration | None:
    """Return what a run's summary keeps; None where its scores need none, or it has none."""
    return None if scores_are == PROBABILITIES else saved_calibration(summary)


def fit(scores: Scores, targets: npt.NDArray[np.int64]) -> Calibration | None:
    """Return the scale under which the validation split is likeliest; None where no image's class can be answered.

    max_a sum_n t log p[n, y[n]] + (1 - t) log p[n, r[n]],  t = (c + 1) / (c + 2)

    y the class, c the images of it, r the class that scores highest of the others: for two classes these are Platt's
    targets (1999, sec. 2.2; Lin et al. 2007). One image more of each class is taken for another, so a few that are all
    right do not make an answer certain. A share for every other class would flatten the scale, more so with many.
    The objective is concave in a; Newton's steps are halved until they help.

    Shape:
        scores (N, K) decision values, targets (N,).
    """
    can_answer = np.flatnonzero((scores > NEVER).any(0))
    is_known = np.isin(targets, can_answer)
    if not is_known.any() or len(can_answer) < 2:
        return None
    values = np.asarray(scores[is_known][:, can_answer], dtype=np.float64)
    values -= values.max(1, keepdims=True)  # changes no probability
    wanted = _targets(values, np.searchsorted(can_answer, targets[is_known]))
    return Calibration(_newton(values, wanted), int(is_known.sum()))


def _targets(values: Probabilities, labels: npt.NDArray[np.int64]) -> Probabilities:
    """Return what the probabilities shall be, (N, K)."""
    rows = np.arange(len(labels))
    others = values.copy()
    others[rows, labels] = -np.inf
    counts = np.bincount(labels)[labels]
    wanted = np.zeros_like(values)
    wanted[rows, labels] = (counts + 1) / (counts + 2)
    wanted[rows, others.argmax(1)] = 1 / (counts + 2)
    return wanted


def _newton(values: Probabilities, wanted: Probabilities) -> float:
    spread = float(np.abs(values).mean()) or 1.0
    scale = 1 / spread
    best = _likelihood(values, wanted, scale)
    for _ in range(_STEPS):
        p = _softmax(values, scale)
        mean = (p * values).sum(1)
        slope = float(((wanted - p) * values).sum())
        curvature = float((p * values**2).sum() - (mean**2).sum())
        step = slope / max(curvature, 1e-12)
        while (found := _likelihood(values, wanted, after := _within(scale + step))) < best and abs(step) > _TOLERANCE:
            step /= 2
        if found - best <= _TOLERANCE * abs(best):
            return after if found > best else scale
        scale, best = after, found
    return scale


def _within(scale: float) -> float:
    return min(max(scale, 0.0), _LARGEST)


def _likelihood(values: Probabilities, wanted: Probabilities, scale: float) -> float:
    scaled = scale * values  # the largest of each row is 0
    return float((wanted * (scaled - np.log(np.exp(scaled).sum(1, keepdims=True)))).sum())


def _softmax(values: Probabilities, scale: float) -> Probabilities:
    scaled = np.where(values > NEVER, scale * values, -np.inf)
    largest = scaled.max(1, keepdims=True)
    shares = np.exp(scaled - np.where(np.isfinite(largest), largest, 0.0))
    shares[~np.isfinite(largest[:, 0])] = 1.0
    result: Probabilities = shares / shares.sum(1, keepdims=True)
    return result
