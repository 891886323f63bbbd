"""What a run says of each image: the likeliest classes, how sure it is, and whether it is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cnnlab.base.metrics import Ints, confusion_matrix
from cnnlab.base.schema import Plain
from cnnlab.runs.scores import score_cells, score_columns

TOP = 3
"""Classes of which the probability is written."""
_RANKS = ("", "second", "third")
_DIGITS = 6  # significant ones of a probability


@dataclass(frozen=True)
class Answer:
    """What a run says of one image."""

    name: str
    """The path of its file, or which test image it is."""
    id: str
    """What it is called in files that are written about it."""
    scores: npt.NDArray[np.float32]
    """(K,) as in predictions.csv"""
    probabilities: npt.NDArray[np.float64] | None
    """(K,) in the order of the scores; None where a run cannot tell them."""
    target: int | None = None
    """The class that its folder is called after; None: no class."""
    path: Path | None = None
    """Of its file, if it is one."""

    @cached_property
    def ranked(self) -> list[int]:
        """The classes, the likeliest first."""
        return [int(place) for place in np.argsort(-self.scores, kind="stable")]

    @property
    def predicted(self) -> int:
        """The likeliest class."""
        return self.ranked[0]

    @property
    def is_right(self) -> bool | None:
        """Whether the answer is what the folder is called; None where that is not known."""
        return None if self.target is None else self.predicted == self.target

    @property
    def margin(self) -> float:
        """By how much the likeliest class is ahead of the next: the smaller, the less sure."""
        values = self.scores if self.probabilities is None else self.probabilities
        return float(values[self.ranked[0]] - values[self.ranked[1]]) if len(values) > 1 else float("inf")


def columns(classes: Sequence[str], answers: Sequence[Answer]) -> tuple[str, ...]:
    """Return the columns of the CSV file: those of every run, then what else is known."""
    ranks = [rank for rank in _RANKS[1 : min(TOP, len(classes))] for rank in (rank, f"{rank}_probability")]
    targets = ("target",) if any(answer.target is not None for answer in answers) else ()
    return ("file", *score_columns(classes), "probability", *ranks, *targets)


def row(answer: Answer, classes: Sequence[str]) -> Plain:
    """Return a row of the CSV file; a probability that is not known is an empty cell."""
    cells: Plain = {"file": answer.name, **score_cells(answer.scores, classes)}
    for rank, place in zip(_RANKS, answer.ranked[:TOP]):
        p = None if answer.probabilities is None else float(f"{answer.probabilities[place]:.{_DIGITS}g}")
        cells |= {f"{rank}_probability".removeprefix("_"): p} | ({rank: classes[place]} if rank else {})
    return cells | ({} if answer.target is None else {"target": classes[answer.target]})


def counts_of(answers: Sequence[Answer], num_classes: int) -> Ints:
    """Return the confusion matrix (K, K), rows true, of the answers whose class is known."""
    pairs = [(answer.target, answer.predicted) for answer in answers if answer.target is not None]
    targets, predicted = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return confusion_matrix(targets, predicted, num_classes=num_classes)


def least_sure(answers: Sequence[Answer]) -> list[Answer]:
    """Return the answers, those first that could most easily be others."""
    return sorted(answers, key=lambda answer: answer.margin)


def worst(answers: Sequence[Answer]) -> list[Answer]:
    """Return the wrong answers, the surest first."""
    return [answer for answer in reversed(least_sure(answers)) if answer.is_right is False]
