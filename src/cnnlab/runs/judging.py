"""Whether a run goes on after an epoch, judged by those who asked for it: the trials of a tuning are ended early."""

from __future__ import annotations

from collections.abc import Sequence


def reaches_bar(bars: Sequence[float | None], epoch: int, accuracy: float) -> bool:
    """Tell whether a run that has an epoch behind it has reached that epoch's bar.

    Args:
        bars: accuracies, by epoch, from the first; None, and beyond the last one: no bar.
        epoch: that has ended, from 1.
        accuracy: on validation, of the best epoch so far, in [0, 1].
    """
    bar = bars[epoch - 1] if 0 < epoch <= len(bars) else None
    return bar is None or accuracy >= bar
