"""Loss and accuracy over the epochs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from cnnlab.base.metrics import Floats
from cnnlab.outputs.run_files import RunFiles
from cnnlab.plots.style import (
    FAINT,
    HEADER,
    SMALL,
    SPLIT_COLORS,
    VERMILLION,
    add_axes,
    label_ends,
    new_figure,
    percent,
    scale_log,
    size_of,
    styled,
    text_width,
    write_header,
    write_outside,
)

SPLIT_NAMES = {"train": "training", "val": "validation", "test": "test"}
LOG_RATIO = 50  # largest over smallest loss from which a linear axis would flatten the end of training

Curves = dict[str, tuple[Floats, Floats]]
"""Split -> (epochs, values), without splits that were never measured."""


@styled
def curves(run: RunFiles) -> Figure | None:
    """Draw loss and accuracy of every measured split over two epochs or more; mark the one whose weights were kept."""
    losses, accuracies = _measured(run, "loss", 1.0), _measured(run, "accuracy", 100.0)
    diverged_at = _first_not_finite(losses)
    num_epochs = max((len(epochs) for of_splits in (losses, accuracies) for epochs, _ in of_splits.values()), default=0)
    if num_epochs < 2 and diverged_at is None:
        return None  # of one epoch, as of a head that is solved at once, there is no curve
    top = HEADER + (0.18 if diverged_at is None else 0.32)
    figure = new_figure(7.4, 2.3 + top)
    write_header(figure, run, "Loss and accuracy per epoch")
    for left, right, name, of_splits in ((0.65, 4.5, "loss", losses), (4.35, 0.8, "accuracy in %", accuracies)):
        axes = add_axes(figure, left, 0.45, right=right, top=top)
        _draw_panel(axes, of_splits, name)
        _mark_best(axes, of_splits, run)
        if diverged_at is not None:
            axes.axvline(diverged_at, color=VERMILLION, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)
            _write_above(axes, diverged_at, f"diverged at epoch {diverged_at}", color=VERMILLION, row=1)
    return figure


def _measured(run: RunFiles, name: str, factor: float) -> Curves:
    found = {split: run.curve(f"{split}_{name}") for split in SPLIT_NAMES}
    return {split: (epochs, factor * values) for split, (epochs, values) in found.items() if len(epochs)}


def _draw_panel(axes: Axes, of_splits: Curves, name: str) -> None:
    ends = []
    for split, (epochs, values) in of_splits.items():
        shown = np.where(np.isfinite(values), values, np.nan)
        marker = "o" if len(epochs) <= 25 else ""
        axes.plot(epochs, shown, color=SPLIT_COLORS[split], marker=marker, markersize=3, clip_on=False, label=split)
        if np.isfinite(shown).any():
            ends.append((SPLIT_NAMES[split], float(shown[np.isfinite(shown)][-1]), SPLIT_COLORS[split]))
    axes.grid(axis="y")
    axes.set_xlabel("epoch")
    axes.set_ylabel(name)
    scale_epochs(axes, max((int(epochs[-1]) for epochs, _ in of_splits.values()), default=1))
    _scale_values(axes, of_splits, is_loss=name == "loss")
    label_ends(axes, ends)


def scale_epochs(axes: Axes, last: int) -> None:
    """Show the epochs from 1 to `last`, with a tick at 1 and at round numbers."""
    axes.set_xlim((1, last) if last > 1 else (0.5, 1.5))
    ticks = MaxNLocator(nbins=6, integer=True, min_n_ticks=1).tick_values(1, last)
    axes.set_xticks(sorted({1, *(int(tick) for tick in ticks if 1 <= tick <= last)} - _crowding(ticks)))


def _crowding(ticks: Sequence[float]) -> set[int]:
    """Tell a tick at 2 that would stand next to the one at 1 while the others are further apart."""
    return {2} if len(ticks) > 1 and ticks[1] - ticks[0] > 1 else set()


def _scale_values(axes: Axes, of_splits: Curves, *, is_loss: bool) -> None:
    values = np.concatenate([values[np.isfinite(values)] for _, values in of_splits.values()] or [np.empty(0)])
    if not len(values):
        axes.set_yticks([])
    elif is_loss and values.min() > 0 and values.max() / values.min() > LOG_RATIO:
        scale_log(axes, low=values.min() / 1.3, high=values.max() * 1.3)
    else:
        pad = max(0.05 * np.ptp(values), 0.02 * abs(values.max()), 1e-3)
        floor, ceiling = values.min() - pad, values.max() + pad
        axes.set_ylim(floor if values.min() < 0 else max(0.0, floor), ceiling if is_loss else min(100.0, ceiling))


def _mark_best(axes: Axes, of_splits: Curves, run: RunFiles) -> None:
    best = run.summary.get("best_epoch")
    split = "val" if "val" in of_splits else "train"
    if not isinstance(best, int) or split not in of_splits or best not in of_splits[split][0]:
        return
    epochs, values = of_splits[split]
    value = float(values[epochs == best][0])
    if len(epochs) > 1:
        axes.axvline(best, color=FAINT, linewidth=0.7, zorder=1)
    if np.isfinite(value):
        axes.plot(
            best,
            value,
            "o",
            color=SPLIT_COLORS[split],
            markeredgecolor="white",
            markersize=6.5,
            clip_on=False,
            zorder=5,
            label="best",
        )
    shown = percent(value / 100) if "%" in axes.get_ylabel() else f"{value:#.3g}".rstrip(".")
    _write_above(axes, best, f"epoch {best} kept: {SPLIT_NAMES[split]} {shown}", color=FAINT, row=0)


def _first_not_finite(losses: Curves) -> int | None:
    """Return the epoch in which the training loss stopped to be a number."""
    epochs, values = losses.get("train", (np.empty(0), np.empty(0)))
    return None if np.isfinite(values).all() else int(epochs[~np.isfinite(values)][0])


def _write_above(axes: Axes, epoch: int, text: str, *, color: str, row: int) -> None:
    """Write above the axes, over the epoch, but no further out than the axes' sides."""
    low, high = axes.get_xlim()
    half = text_width(new_figure(1, 1), [text], SMALL) / 2 / size_of(axes)[0]
    place = max(half, min((epoch - low) / (high - low), 1 - half))
    write_outside(axes, text, (place, 1), (0, 4 + row * 1.4 * SMALL), color=color, ha="center")
