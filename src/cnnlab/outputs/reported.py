"""Numbers of a report that can stand beside measured ones: `reported:` of a study."""

from __future__ import annotations

import math
from collections.abc import Mapping

from cnnlab.base.errors import brief, unknown

ACCURACIES = ("test_accuracy", "val_accuracy", "train_accuracy")
"""In [0, 1], as in results.csv."""
FIGURES = (*ACCURACIES, "test_loss", "train_seconds")
"""Losses are in nats."""


def problem_of_reported(reported: object) -> str | None:
    """Return what keeps `reported` from being arm -> figure -> number, as a line for the user; None if nothing does."""
    if not isinstance(reported, Mapping):
        return f"reported: must be figures of arms, such as {{adam: {{test_accuracy: 0.91}}}}, got {brief(reported)}."
    for arm, figures in reported.items():
        if not isinstance(figures, Mapping):
            return f"reported.{arm}: must be figures, such as {{test_accuracy: 0.91}}, got {brief(figures)}."
        for key, value in figures.items():
            if key not in FIGURES:
                return f"reported.{arm}.{key}: {unknown(str(key), FIGURES, noun='figure')}"
            most = 1.0 if key in ACCURACIES else math.inf
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if not (is_number and 0 <= value <= most and math.isfinite(value)):
                bound = "between 0 and 1" if key in ACCURACIES else "0 or more"
                return f"reported.{arm}.{key}: must be a number, {bound}, got {brief(value)}."
    return None
