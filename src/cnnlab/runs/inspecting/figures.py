"""Pictures of what an inspection has found, for a report or a talk: PNG files beside the run's other plots.

What is images is here, what is numbers in `diagrams`. They look like every picture of a run, and say which run it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cnnlab.outputs.run_files import RunFiles
from cnnlab.plots import save_figures
from cnnlab.plots.image_grid import CELL, board, draw_images
from cnnlab.plots.style import (
    DPI,
    FAINT,
    NORMAL,
    SMALL,
    fit_text,
    new_figure,
    styled,
    write_header,
)
from cnnlab.runs.inspecting.diagrams import embedding, reliability, units
from cnnlab.runs.inspecting.filters import CHANNELS, Tile
from cnnlab.runs.inspecting.findings import Inspection, Mistake, ShownImage, Suspect
from cnnlab.runs.inspecting.sections import heated, sure
from cnnlab.webpage.pictures import Image

_LARGEST_LISTED = 24  # likely label errors that are drawn
_IN_A_ROW = 16  # filters
_FILTER, _MAP, _LABEL, _GAP = 0.42, 0.7, 1.0, 0.05  # inches


@styled
def draw_figures(run: RunFiles, inspection: Inspection, folder: Path) -> list[Path]:
    """Draw every picture that there is something for into `folder/plots/<name>.png`, and return these paths.

    Args:
        run: that was looked into.
        inspection: what was found.
        folder: that gets them; pictures of an inspection of before that are not drawn this time are taken away.
    """
    drawn = {name: draw(run, inspection) for name, draw in FIGURES.items()}
    for name in (name for name, figure in drawn.items() if figure is None):
        (folder / "plots" / f"{name}.png").unlink(missing_ok=True)
    return save_figures(folder, drawn.items())


@styled
def grad_cam(run: RunFiles, inspection: Inspection) -> Figure | None:
    """Draw the surest mistakes, each with the places that speak for the answer and for what is true."""
    if isinstance(inspection.heat, str) or not inspection.mistakes:
        return None
    stage, side = inspection.heat
    shown = [each for mistake in inspection.mistakes for each in _triple(mistake, run.classes)]
    figure = draw_images([image for image, _ in shown], _fitted([lines for _, lines in shown]))
    number = len(inspection.mistakes)
    headline = f"Grad-CAM: {_of_all(number, inspection.num_mistakes)}"
    write_header(figure, run, headline, note=f"{side} x {side} maps behind {stage}; each scaled by itself")
    return figure


def _of_all(number: int, of: int) -> str:
    if of == 1:
        return "the only mistake"
    return f"the {number} surest of {of:,} mistakes" if number < of else f"all {of:,} mistakes"


def _triple(mistake: Mistake, classes: Sequence[str]) -> Iterator[tuple[Image, tuple[str, str]]]:
    """Yield image and two lines: what was said of it, and where each of the two classes is found."""
    shown = mistake.shown
    target, predicted, certainty = classes[shown.target], classes[shown.predicted], sure(shown)
    yield mistake.seen, (target, f"→ {predicted}" + (f" ({certainty})" if certainty else ""))
    for name, heat in ((predicted, mistake.of_predicted), (target, mistake.of_target)):
        assert heat is not None  # where there is a stage, each mistake was asked
        yield heated(mistake.seen, heat), ("speaks for", name)


@styled
def label_errors(run: RunFiles, inspection: Inspection) -> Figure | None:
    """Draw the likeliest label errors: the label, and what the network finds instead."""
    if isinstance(inspection.suspects, str) or not inspection.suspects:
        return None
    shown, number = inspection.suspects[:_LARGEST_LISTED], len(inspection.suspects)
    captions = _fitted([_doubt(suspect, run.classes) for suspect in shown])
    figure = draw_images([suspect.shown.pixels for suspect in shown], captions)
    some = f"the {len(shown)} likeliest of {number:,}" if len(shown) < number else f"{number:,}"
    write_header(figure, run, f"Labels that are likely wrong: {some}", note="label, then what is found confidently")
    return figure


def _doubt(suspect: Suspect, classes: Sequence[str]) -> tuple[str, str]:
    return classes[suspect.error.label], f"rather {classes[suspect.error.suggested]}"


def _fitted(captions: Sequence[tuple[str, str]]) -> list[str]:
    """Return captions of two lines, cut to the width of a picture."""
    probe, room = new_figure(1, 1), CELL - 0.08
    return ["\n".join(fit_text(probe, line, SMALL, room) for line in lines) for lines in captions]


@styled
def filters(run: RunFiles, inspection: Inspection) -> Figure | None:
    """Draw the filters of the first layer, or the first ones of many."""
    if isinstance(inspection.filters, str):
        return None
    tiles, number = inspection.filters.tiles, inspection.filters.number
    columns = min(_IN_A_ROW, len(tiles))
    rows, step = -(-len(tiles) // columns), _FILTER + _GAP
    figure, axes = board(columns * step - _GAP, rows * step - _GAP)
    for place, tile in enumerate(tiles):
        _paste(axes, tile, place % columns * step, place // columns * step, side=_FILTER)
    some = f"the first {len(tiles)} of {number}" if len(tiles) < number else f"{number}"
    note = "middle gray is 0; each scaled by its largest weight"
    write_header(figure, run, f"Filters of the first layer, {inspection.filters.layer}: {some}", note=note)
    return figure


@styled
def feature_maps(run: RunFiles, inspection: Inspection) -> Figure | None:
    """Draw what the stages make of an image of the first class: their first maps, a row for each."""
    if isinstance(inspection.stages, str):
        return None
    shown, rows = inspection.stages[0]
    step = _MAP + _GAP
    columns = max(len(row.tiles) for row in rows)
    figure, axes = board(_LABEL + columns * step - _GAP, (len(rows) + 1) * step - _GAP)
    _paste(axes, shown.pixels, _LABEL, 0.0, side=_MAP)
    _label(axes, 0.0, "image", shown.pixels.shape)
    for place, row in enumerate(rows, start=1):
        _label(axes, place * step, row.stage, row.shape)
        for column, tile in enumerate(row.tiles):
            _paste(axes, tile, _LABEL + column * step, place * step, side=_MAP)
    write_header(
        figure, run, _followed(shown, run.classes), note=f"first {CHANNELS} maps; shades mean the same in a row"
    )
    return figure


def _followed(shown: ShownImage, classes: Sequence[str]) -> str:
    target, predicted = classes[shown.target], classes[shown.predicted]
    taken = "" if target == predicted else f", taken for {predicted}"
    return f"An image of {target}{taken}, stage by stage"


def _paste(axes: Axes, pixels: Tile, x: float, y: float, *, side: float) -> None:
    """Draw an image (C, h, w) as a square; one with fewer pixels than its place shows each as a square."""
    shown = pixels.transpose(1, 2, 0) if len(pixels) == 3 else pixels[0]
    how = "nearest" if max(shown.shape[:2]) <= side * DPI else "antialiased"
    box = (x, x + side, y + side, y)
    axes.imshow(shown, extent=box, cmap="gray", vmin=0, vmax=255, interpolation=how, aspect="auto")


def _label(axes: Axes, y: float, name: str, shape: Sequence[int]) -> None:
    figure = axes.figure
    assert isinstance(figure, Figure)
    axes.text(0, y + 0.08, fit_text(figure, name, NORMAL, _LABEL - 2 * _GAP), size=NORMAL, va="top")
    axes.text(0, y + 0.25, "x".join(map(str, shape)), size=SMALL, color=FAINT, va="top")


FIGURES: dict[str, Callable[[RunFiles, Inspection], Figure | None]] = {
    "grad_cam": grad_cam,
    "label_errors": label_errors,
    "reliability": reliability,
    "embedding": embedding,
    "units": units,
    "filters": filters,
    "feature_maps": feature_maps,
}
"""In the order in which they are found on the page."""
