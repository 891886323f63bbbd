"""The loss over a growing learning rate, and the rates that are proposed."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from cnnlab.plots.style import BLUE, FAINT, HEADER, MARGIN, VERMILLION, add_axes, new_figure, styled, write_title

_WIDTH, _HEIGHT = 5.2, 3.4


@styled
def rate_search(
    rates: Sequence[float], losses: Sequence[float], smoothed: Sequence[float], *,
    proposed: tuple[float, float, float] | None, small: str,
) -> Figure:  # fmt: skip
    """Draw the loss of every step and its smooth course over the rates.

    Args:
        rates: of the steps, > 0.
        losses: of the steps.
        smoothed: likewise.
        proposed: low end, rate, high end; None: there is none.
        small: what it was drawn from.
    """
    figure = new_figure(_WIDTH, _HEIGHT)
    axes = add_axes(figure, 0.6, 0.5, right=MARGIN + 0.1, top=HEADER)
    axes.plot(rates, losses, color=FAINT, linewidth=0.6, alpha=0.7)
    axes.plot(rates, smoothed, color=BLUE)
    axes.set_xscale("log")
    axes.set_ylim(0, 1.6 * max(smoothed[: max(1, len(smoothed) // 2)]))
    axes.set_xlabel("learning rate")
    axes.set_ylabel("training loss of the step")
    if proposed is not None:
        low, rate, high = proposed
        axes.axvspan(low, high, color=VERMILLION, alpha=0.08, linewidth=0)
        axes.axvline(rate, color=VERMILLION, linewidth=1.0)
    headline = "Learning-rate range test" if proposed is None else f"Learning-rate range test: {proposed[1]:g}"
    write_title(figure, headline, small)
    return figure
