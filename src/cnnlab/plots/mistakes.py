"""The test images that were misclassified most confidently."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnlab.base.errors import RunError
from cnnlab.outputs.run_files import Predictions, RunFiles
from cnnlab.plots.style import HEADER, MARGIN, SMALL, add_axes, fit_text, new_figure, styled, text_width, write_header

COLUMNS, ROWS = 6, 4
CELL = 1.18  # inches
PICTURE = 1.06
LINE = 0.125  # of a caption
MAX_PIXELATED = 96  # pixels a side up to which every pixel is drawn as a square


@styled
def mistakes(run: RunFiles) -> Figure | None:
    """Draw up to 24 wrong answers, the most confident first, each with its true and predicted class and its score."""
    wrong, found = run.mistakes, run.predictions
    if wrong is None or found is None:
        return None
    shown = min(len(wrong.index), COLUMNS * ROWS)
    row_of = {int(index): row for row, index in enumerate(found.index)}
    strangers = [int(index) for index in wrong.index if int(index) not in row_of]
    if strangers:
        raise RunError(f"{run.folder / 'mistakes.npz'}: image {strangers[0]} is not in predictions.csv.")
    captions = _captions([_answer(found, row_of[int(index)], run.classes) for index in wrong.index[:shown]])
    row_height = PICTURE + LINE * (1 + captions[0].count("\n")) + 0.14
    figure, axes = _layout(row_height * -(-shown // COLUMNS), min(shown, COLUMNS))
    for place, (image, caption) in enumerate(zip(wrong.images, captions)):
        x, y = place % COLUMNS * CELL, place // COLUMNS * row_height
        _draw_image(axes, image, x, y)
        axes.text(x + PICTURE / 2, y + PICTURE + 0.04, caption, size=SMALL, ha="center", va="top", linespacing=1.1)
    num_wrong = int((found.targets != found.predicted).sum())
    what = "probability" if run.summary.get("scores_are") == "probabilities" else "decision value"
    headline = f"The {shown} most confident of {num_wrong:,} mistakes" if shown < num_wrong else _all(num_wrong)
    write_header(figure, run, headline, note=f"true → predicted ({what})")
    return figure


def _all(num_wrong: int) -> str:
    return "The only mistake" if num_wrong == 1 else f"All {num_wrong:,} mistakes, the most confident first"


def _layout(height: float, num_columns: int) -> tuple[Figure, Axes]:
    """One pair of axes for all pictures, in inches, y downwards."""
    width = num_columns * CELL - (CELL - PICTURE)
    figure_width = max(width + 2 * MARGIN, 4.4)
    figure = new_figure(figure_width, height + HEADER + MARGIN)
    axes = add_axes(figure, MARGIN, MARGIN, right=figure_width - MARGIN - width, top=HEADER)
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.set_autoscale_on(False)
    return figure, axes


def _draw_image(axes: Axes, image: NDArray[np.uint8], x: float, y: float) -> None:
    """Draw one image (C, H, W) as large as its cell allows, in its own proportions; gray unless C is 3."""
    pixels = image.transpose(1, 2, 0) if len(image) == 3 else image[0]
    height, width = pixels.shape[:2]
    scale = PICTURE / max(height, width)
    left, top = x + (PICTURE - width * scale) / 2, y + (PICTURE - height * scale) / 2
    how = "nearest" if max(height, width) <= MAX_PIXELATED else "antialiased"
    axes.imshow(
        pixels,
        extent=(left, left + width * scale, top + height * scale, top),
        cmap="gray",
        vmin=0,
        vmax=255,
        interpolation=how,
        aspect="auto",
    )


def _answer(found: Predictions, row: int, classes: tuple[str, ...]) -> tuple[str, str, str]:
    score = float(found.predicted_score[row])
    return classes[found.targets[row]], classes[found.predicted[row]], f"{score:.2f}"


def _captions(answers: list[tuple[str, str, str]]) -> list[str]:
    """Write (true, predicted, score) on one line if that does for all pictures, else on three, names cut to fit."""
    probe, room = new_figure(1, 1), CELL - 0.08
    lines = [f"{true} → {predicted} ({score})" for true, predicted, score in answers]
    if text_width(probe, lines, SMALL) <= room:
        return lines
    return [
        f"{fit_text(probe, true, SMALL, room)}\n{fit_text(probe, f'→ {predicted}', SMALL, room)}\n({score})"
        for true, predicted, score in answers
    ]
