"""The test images that were misclassified most confidently."""

from __future__ import annotations

from matplotlib.figure import Figure

from cnnlab.base.errors import RunError
from cnnlab.outputs.run_files import Predictions, RunFiles
from cnnlab.plots.image_grid import CELL, COLUMNS, ROWS, draw_images
from cnnlab.plots.style import SMALL, fit_text, new_figure, styled, text_width, write_header


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
    figure = draw_images(list(wrong.images[:shown]), captions)
    num_wrong = int((found.targets != found.predicted).sum())
    what = "probability" if run.summary.get("scores_are") == "probabilities" else "decision value"
    headline = f"The {shown} most confident of {num_wrong:,} mistakes" if shown < num_wrong else _all(num_wrong)
    write_header(figure, run, headline, note=f"true → predicted ({what})")
    return figure


def _all(num_wrong: int) -> str:
    return "The only mistake" if num_wrong == 1 else f"All {num_wrong:,} mistakes, the most confident first"


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
