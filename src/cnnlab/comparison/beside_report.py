"""What a report says of the arms, beside what was measured."""

from __future__ import annotations

from cnnlab.comparison.comparing import Comparison
from cnnlab.comparison.labels import MISSING
from cnnlab.comparison.verdicts import Result
from cnnlab.outputs.reported import ACCURACIES

NAMES = {
    "test_accuracy": "test %",
    "val_accuracy": "validation %",
    "train_accuracy": "training %",
    "test_loss": "test loss in nats",
    "train_seconds": "training time in s",
}
"""Figures of a report as tables call them."""


def reported_rows(comparison: Comparison) -> list[tuple[str, str, str, str, str]]:
    """Return arm, figure, reported, measured and difference, as they are written."""
    by_name = {result.arm.name: result for result in comparison.results}
    rows = []
    for arm, figures in (comparison.study.reported or {}).items():
        found = by_name.get(arm)
        name = arm if found is None else comparison.name(found)
        for key, value in figures.items():
            factor = 100 if key in ACCURACIES else 1
            measured = None if found is None else _measured(found, key)
            told = (MISSING, MISSING)
            if measured is not None:
                told = (f"{factor * measured:.2f}", f"{factor * (measured - value):+.2f}")
            rows.append((name, NAMES[key], f"{factor * value:.2f}", *told))
    return rows


def _measured(result: Result, key: str) -> float | None:
    if key == "train_seconds":
        return result.seconds
    runs = result.arm.finished
    if key == "test_loss":
        values = [(run.summary.get("test") or {}).get("loss") for run in runs]
    else:
        values = [run.accuracy(key.partition("_")[0]) for run in runs]
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
