"""Which epoch's weights are kept, and when training ends early: validation decides, the test split is not seen."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from cnnlab.base.schema import Plain
from cnnlab.training.engine import EpochRecord


@dataclass
class Selection:
    """The best epoch so far, and how long there was no better one.

    The best epoch has the highest validation accuracy, among equals the lowest validation loss. Without a validation
    split the last epoch is taken.
    """

    epoch: int = 0
    accuracy: float = -1.0
    loss: float = float("inf")
    patience_accuracy: float = -1.0
    """Accuracy that has to be beaten by more than `min_delta`."""
    epochs_without: int = 0
    """Epochs since then."""

    def update(self, record: EpochRecord, *, min_delta: float = 0.0) -> bool:
        """Take an epoch into account; tell whether its weights are now the selected ones."""
        if record.val is None:
            self.epoch = record.epoch
            return True
        accuracy, loss = record.val.accuracy, record.val.loss
        self.epochs_without += 1
        if accuracy > self.patience_accuracy + min_delta:
            self.patience_accuracy, self.epochs_without = accuracy, 0
        if accuracy < self.accuracy or (accuracy == self.accuracy and not loss < self.loss):
            return False
        self.epoch, self.accuracy, self.loss = record.epoch, accuracy, loss
        return True

    def state_dict(self) -> Plain:
        """Return plain values for a checkpoint."""
        return asdict(self)


def reason_to_stop(
    record: EpochRecord,
    selection: Selection,
    *,
    patience: int | None,
    stop_below_loss: float | None,
    max_minutes: float | None,
    train_seconds: float,
) -> str | None:
    """Return why training ends after this epoch, None if it goes on."""
    if patience is not None and selection.epochs_without >= patience:
        epochs = "an epoch" if patience == 1 else f"{patience} epochs"
        return f"no better validation accuracy for {epochs} (patience)"
    if stop_below_loss is not None and record.train.loss < stop_below_loss:
        return f"training loss {record.train.loss:.4g} is below {stop_below_loss:g} (stop_below_loss)"
    if max_minutes is not None and train_seconds >= 60 * max_minutes:
        return f"{max_minutes:g} minutes are over (max_minutes)"
    return None
