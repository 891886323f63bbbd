"""How large the gradients are from the first layer to the last."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from cnnlab.base.metrics import Floats
from cnnlab.base.texts import cut_middle
from cnnlab.outputs.run_files import LayerGradients, RunFiles
from cnnlab.plots.style import (
    BLUE,
    FAINT,
    HEADER,
    MARGIN,
    SKY,
    add_axes,
    label_ends,
    new_figure,
    scale_log,
    styled,
    text_width,
    write_header,
)

MAX_NAMED = 60
LABEL_SIZE = 6.5


@styled
def gradients(run: RunFiles) -> Figure | None:
    """Draw mean and largest |gradient| per layer after the last epoch, and the mean after the first."""
    kept = {epoch: _weights_only(found) for epoch, found in run.gradients.items() if _is_finite(found)}
    if not kept:
        return None
    first, last = min(kept), max(kept)
    figure, axes = _layout(kept[last].layers)
    floor = _scale_sizes(axes, [kept[last].max_abs, kept[last].mean_abs, kept[first].mean_abs])
    x = np.arange(len(kept[last].layers))
    largest, mean = _lift(kept[last].max_abs, floor), _lift(kept[last].mean_abs, floor)
    axes.fill_between(x, mean, largest, color=SKY, alpha=0.18, linewidth=0)
    marks = {"marker": "o", "markersize": 3 if len(x) <= 40 else 2, "clip_on": False}
    axes.plot(x, largest, color=SKY, linewidth=1.1, label="max", **marks)  # type: ignore[arg-type]
    axes.plot(x, mean, color=BLUE, label="mean", **marks)  # type: ignore[arg-type]
    ends = [("max", float(largest[-1]), "#2B83B5"), ("mean", float(mean[-1]), BLUE)]  # SKY, darker: it is text
    if first != last:
        before = _lift(kept[first].mean_abs, floor)
        axes.plot(x, before, color=FAINT, linewidth=0.9, linestyle=(0, (3, 1.5)), label="first", clip_on=False)
        ends.append((f"mean, epoch {first}", float(before[-1]), FAINT))
    label_ends(axes, ends)
    write_header(figure, run, f"Gradient per layer, last batch of epoch {last}", note="weights only, before clipping")
    return figure


def _is_finite(found: LayerGradients) -> bool:
    return bool(np.isfinite(found.mean_abs).all() and np.isfinite(found.max_abs).all())


def _weights_only(found: LayerGradients) -> LayerGradients:
    """Leave out biases, unless there is nothing else."""
    keep = [i for i, layer in enumerate(found.layers) if layer.endswith("weight")] or list(range(len(found.layers)))
    names = tuple(found.layers[i].removesuffix(".weight") for i in keep)
    return LayerGradients(names, found.mean_abs[keep], found.max_abs[keep])


def _layout(layers: tuple[str, ...]) -> tuple[Figure, Axes]:
    names = [cut_middle(name, 26) for name in layers]
    step = -(-len(names) // MAX_NAMED)
    width, left, right = 7.4, 0.72, 1.05
    room = text_width(new_figure(1, 1), names, LABEL_SIZE)
    is_upright = room > 0.9 * (width - left - right) / len(names)
    bottom = MARGIN + 0.28 + (room if is_upright else 0.13)
    figure = new_figure(width, 2.3 + bottom + HEADER + 0.05)
    axes = add_axes(figure, left, bottom, right=right, top=HEADER + 0.05)
    axes.set_xlim(-0.5, len(names) - 0.5)
    axes.set_xticks(range(0, len(names), step), names[::step])
    axes.tick_params(axis="x", rotation=90 if is_upright else 0, labelsize=LABEL_SIZE)
    axes.set_xlabel("layer, from input to output" + (f" (1 in {step} named)" if step > 1 else ""))
    axes.set_ylabel("|gradient|")
    return figure, axes


def _scale_sizes(axes: Axes, sizes: list[Floats]) -> float:
    """Make y logarithmic; return where zeros are drawn, on a line of their own under all others, marked 0."""
    positive = np.concatenate([values[values > 0] for values in sizes])
    low, high = (positive.min(), positive.max()) if len(positive) else (1e-8, 1e-7)
    has_zeros = any((values == 0).any() for values in sizes)
    floor = float(low / (high / low) ** 0.15 / 2)
    scale_log(axes, low=floor if has_zeros else low / 1.5, high=high * 1.5)
    axes.grid(axis="y")
    if has_zeros:
        _mark_zero(axes, floor, low)
    return floor


def _mark_zero(axes: Axes, floor: float, low: float) -> None:
    ticks = [tick for tick in axes.get_yticks() if low / 1.5 <= tick <= axes.get_ylim()[1]]
    format_tick = axes.yaxis.get_major_formatter()
    labels = [format_tick(tick) for tick in ticks]
    axes.yaxis.set_major_locator(FixedLocator([floor, *ticks]))
    axes.set_yticklabels(["0", *labels])


def _lift(values: Floats, floor: float) -> Floats:
    return np.where(values > 0, values, floor)
