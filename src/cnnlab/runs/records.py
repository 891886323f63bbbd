"""An epoch's record as rows of metrics.csv and gradients.csv."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnlab.base.schema import Plain

if TYPE_CHECKING:
    from cnnlab.training.engine import EpochRecord
    from cnnlab.training.evaluation import Score


def metrics_row(record: EpochRecord) -> Plain:
    """Return an epoch's row of metrics.csv; None is an empty cell."""

    def cells(split: str, score: Score | None) -> dict[str, float | None]:
        loss, accuracy = (None, None) if score is None else (score.loss, score.accuracy)
        return {f"{split}_loss": loss, f"{split}_accuracy": accuracy}

    return {
        "epoch": record.epoch,
        "lr": record.lr,
        **cells("train", record.train),
        **cells("val", record.val),
        **cells("test", record.test),
        "grad_norm": record.grad_norm,
        "seconds": round(record.seconds, 4),
        "images_per_second": round(record.images_per_second, 1),
    }


def gradient_rows(record: EpochRecord) -> list[Plain]:
    """Return an epoch's rows of gradients.csv."""
    return [
        {"epoch": record.epoch, "layer": gradient.layer, "mean_abs": gradient.mean_abs, "max_abs": gradient.max_abs}
        for gradient in record.gradients
    ]
