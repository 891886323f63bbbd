"""True against false positives as the threshold moves, one class against the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from cnnlab.base import metrics
from cnnlab.base.metrics import Floats, area
from cnnlab.base.texts import cut_middle
from cnnlab.outputs.run_files import Predictions, RunFiles
from cnnlab.plots.style import (
    BLACK,
    CYCLE,
    FAINT,
    HEADER,
    MARGIN,
    NORMAL,
    SMALL,
    add_axes,
    new_figure,
    styled,
    text_width,
    write_header,
)

MAX_CURVES = 10  # classes up to which each has its curve
NUM_ENDS = 3  # of more classes: so many of the best and of the worst
ZOOMS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2)  # part of the axes that the enlargement shows
KEY = 0.3  # inches, the piece of line before a name


@dataclass(frozen=True)
class Curve:
    """One class against the rest."""

    name: str
    fpr: Floats
    tpr: Floats
    auc: float


@styled
def roc(run: RunFiles) -> Figure | None:
    """Draw the curves of the test split; None where not every class's score was kept, or none has a curve."""
    found = run.predictions
    if found is None or found.scores is None or not np.isfinite(found.scores).all():
        return None
    curves = one_vs_rest(found, run.classes)
    if not curves:
        return None
    shown = _choose(curves)
    styles = _line_styles(shown)
    name_width = text_width(new_figure(1, 1), [cut_middle(curve.name, 24) for curve in shown], NORMAL)
    right = 0.2 + KEY + 0.08 + name_width + 0.65 + MARGIN
    figure = new_figure(4.2 + right, 4.4)
    axes = add_axes(figure, 0.6, 0.5, right=right, top=HEADER + 0.18)
    _draw_square(axes, shown, styles)
    _list_curves(axes, shown, styles, width=right - MARGIN)
    what = f"{curves[0].name} against {run.classes[0]}" if len(run.classes) == 2 else "each class against the rest"
    note = "" if len(curves) == 1 else f"mean AUC {format_auc(mean_auc(curves))}{_out_of(curves, run.classes)}"
    write_header(figure, run, f"ROC: {what}", note=note)
    return figure


def one_vs_rest(found: Predictions, classes: tuple[str, ...]) -> list[Curve]:
    """Return the curve of every class that has images and non-images; of two classes only the last one's."""
    assert found.scores is not None
    curves = [
        Curve(classes[place], fpr, tpr, area(fpr, tpr))
        for place, (fpr, tpr) in metrics.one_vs_rest(found.scores, found.targets).items()
    ]
    return [curve for curve in curves if np.isfinite(curve.auc)]


def _out_of(curves: list[Curve], classes: tuple[str, ...]) -> str:
    """Say so where classes have no curve: the mean is not that of summary.json, which has none then."""
    return "" if len(curves) == len(classes) else f" of {len(curves)} classes"


def macro_average(curves: list[Curve]) -> Curve:
    """Average the true positive rates at equal false positive rates."""
    fpr = np.unique(np.concatenate([curve.fpr for curve in curves]))
    tpr = np.mean([np.interp(fpr, curve.fpr, curve.tpr) for curve in curves], axis=0)
    return Curve(f"mean of {len(curves)}", np.append(0.0, fpr), np.append(0.0, tpr), mean_auc(curves))


def mean_auc(curves: list[Curve]) -> float:
    """Average the areas: the area under the averaged curve."""
    return float(np.mean([curve.auc for curve in curves]))


def _choose(curves: list[Curve]) -> list[Curve]:
    ranked = sorted(curves, key=lambda curve: -curve.auc)
    if len(curves) <= MAX_CURVES:
        return ranked
    return [macro_average(curves), *ranked[:NUM_ENDS], *ranked[-NUM_ENDS:]]


def _line_styles(shown: list[Curve]) -> list[dict[str, object]]:
    """Tell ten curves apart: seven colours, then again with dashes."""
    if shown[0].name.startswith("mean of"):
        rest = [{"color": color, "linewidth": 1.3} for color in CYCLE[: len(shown) - 1]]
        return [{"color": BLACK, "linewidth": 2.2}, *rest]
    dashes = ("solid", (0, (3, 1.5)))
    return [
        {"color": CYCLE[i % len(CYCLE)], "linestyle": dashes[i // len(CYCLE)], "linewidth": 1.3}
        for i in range(len(shown))
    ]


def _draw_square(axes: Axes, shown: list[Curve], styles: list[dict[str, object]]) -> None:
    _draw_curves(axes, shown, styles)
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 100)
    axes.set_xlabel("false positive rate in %")
    axes.set_ylabel("true positive rate in %")
    zoom = _choose_zoom(shown)
    if zoom is None:
        axes.plot([0, 100], [0, 100], color=FAINT, linewidth=0.7, linestyle=(0, (2, 2)), label="chance")
        axes.text(56, 53, "chance", size=SMALL, color=FAINT)
        axes.grid()
    else:
        _add_zoom(axes, shown, styles, zoom=zoom)


def _draw_curves(axes: Axes, shown: list[Curve], styles: list[dict[str, object]], *, clip: bool = False) -> None:
    for rank, (curve, style) in enumerate(zip(shown, styles)):
        axes.plot(100 * curve.fpr, 100 * curve.tpr, label=curve.name, clip_on=clip, zorder=3 - 0.01 * rank, **style)  # type: ignore[arg-type]


def _choose_zoom(shown: list[Curve]) -> float | None:
    """Return which part of the axes to enlarge, where all curves keep so close to the corner that nothing is seen."""
    farthest = max(float(np.min(curve.fpr + 1 - curve.tpr)) for curve in shown)
    return next((zoom for zoom in ZOOMS if zoom >= 1.6 * farthest), None)


def _add_zoom(axes: Axes, shown: list[Curve], styles: list[dict[str, object]], *, zoom: float) -> None:
    """Enlarge the upper left corner inside the empty part of the square."""
    inset = axes.inset_axes((0.2, 0.13, 0.76, 0.76))
    _draw_curves(inset, shown, styles, clip=True)
    inset.set_xlim(0, 100 * zoom)
    inset.set_ylim(100 - 100 * zoom, 100)
    inset.grid()
    inset.locator_params(nbins=4)
    inset.tick_params(labelsize=SMALL)
    for side in ("top", "right"):
        inset.spines[side].set_visible(True)
    inset.set_title("the upper left corner, enlarged", size=SMALL, color=FAINT, pad=3)


def _list_curves(axes: Axes, shown: list[Curve], styles: list[dict[str, object]], *, width: float) -> None:
    """List the curves with their areas beside the axes, in the order of the areas."""
    figure = axes.figure
    assert isinstance(figure, Figure)
    total, height = figure.get_size_inches()
    box = axes.get_position()
    left, right, y = box.x1 + 0.2 / total, box.x1 + width / total, box.y1
    figure.text(right, y, "AUC", size=SMALL, color=FAINT, va="center", ha="right")
    has_mean = shown[0].name.startswith("mean of")
    for rank, (curve, style) in enumerate(zip(shown, styles)):
        y -= (0.31 if has_mean and rank in (1, 1 + NUM_ENDS) else 0.22) / height
        figure.add_artist(Line2D([left, left + KEY / total], [y, y], **style))  # type: ignore[arg-type]
        figure.text(left + (KEY + 0.08) / total, y, cut_middle(curve.name, 24), va="center_baseline")
        figure.text(right, y, format_auc(curve.auc), va="center_baseline", ha="right")


def format_auc(auc: float) -> str:
    """Write four decimals; 1.0000 only where it is exactly 1."""
    return f"{auc if auc == 1 else min(auc, 0.9999):.4f}"
