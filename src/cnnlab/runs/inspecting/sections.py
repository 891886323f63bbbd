"""What the sections of a run's page show: pictures as data, charts as numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from cnnlab.base.schema import Plain
from cnnlab.outputs.run_files import Predictions, RunFiles
from cnnlab.webpage.pictures import Image, picture_of, sheet_of

if TYPE_CHECKING:
    from cnnlab.runs.inspecting.findings import (
        Heat,
        Inspection,
        Mistake,
        Placed,
        Reliabilities,
        ShownImage,
        Suspect,
    )
    from cnnlab.runs.inspecting.reliability import Reliability

MOST_SUSPECTS = 24
"""Likely label errors that are shown; label_errors.csv has all of them."""
_FILTER, _MAP, _THUMBNAIL = 36, 56, 40  # sides in pixels
_FILTERS_IN_A_ROW = 16
_CHART = 300  # side of a reliability diagram, in units of its drawing


@dataclass(frozen=True)
class Browsed:
    """An image for a cell of the confusion matrix."""

    target: int
    predicted: int
    said: str
    """What stands under it."""
    name: str
    picture: str | None
    """A data URI."""
    isPixelated: bool  # noqa: N815 - as the script calls it


@dataclass(frozen=True)
class ShownMistake:
    """A wrong answer: the image, and where the network finds what it says and what is true."""

    target: str
    predicted: str
    said: str
    name: str
    pictures: Sequence[tuple[str, str | None]]
    """What is shown, and the picture."""
    is_pixelated: bool


@dataclass(frozen=True)
class ShownSuspect:
    """An image whose label is likely wrong."""

    label: str
    suggested: str
    name: str
    picture: str | None
    is_pixelated: bool


@dataclass(frozen=True)
class Diagram:
    """A reliability diagram, in units of its drawing, y downwards."""

    title: str
    errors: str
    bars: Sequence[tuple[float, float, float, float, str]]
    """x, y, width, height and title: accuracy."""
    counts: Sequence[tuple[float, float, float, float]]
    """x, y, width and height: the share of the answers, below."""
    dots: Sequence[tuple[float, float, str]]
    """Bins of as many answers each: mean confidence, accuracy, title."""


@dataclass(frozen=True)
class Stages:
    """What the stages of a network make of an image of one class."""

    name: str
    said: str
    picture: str | None
    is_pixelated: bool
    rows: Sequence[tuple[str, str, str]]
    """Name, size and maps of each stage."""


@dataclass(frozen=True)
class Sections:
    """What the page shows that needs pictures."""

    browsed: tuple[Browsed, ...] = ()
    mistakes: Sequence[ShownMistake] = ()
    diagrams: Sequence[Diagram] = ()
    filters: str | None = None
    stages: Sequence[Stages] = ()
    suspects: Sequence[ShownSuspect] = ()
    num_suspects: int = 0
    data: Plain = field(default_factory=dict)
    """What else the script draws."""


def of_files(files: RunFiles) -> Sections:
    """Return what a run's files allow: the mistakes whose pictures it kept."""
    kept, answers = files.mistakes, files.predictions
    if kept is None or answers is None:
        return Sections()
    rows = {index: row for row, index in enumerate(answers.index.tolist())}
    shown = [
        _kept(image, index, answers, rows[index])
        for index, image in zip(kept.index.tolist(), kept.images)
        if index in rows
    ]
    return Sections(browsed=tuple(shown))


def _kept(image: Image, index: int, answers: Predictions, row: int) -> Browsed:
    score = f"{answers.predicted_score[row]:.2f}"
    target, predicted = int(answers.targets[row]), int(answers.predicted[row])
    return Browsed(target, predicted, score, f"test image {index}", *picture_of(image))


def of_inspection(inspection: Inspection, classes: Sequence[str]) -> Sections:
    """Return what an inspection has found.

    Args:
        inspection: all of it.
        classes: names, in the order of the network's outputs.
    """
    calibration, suspects, placed = inspection.calibration, inspection.suspects, inspection.placed
    found = [] if isinstance(suspects, str) else list(suspects)
    return Sections(
        browsed=tuple(map(_browsed, inspection.browsed)),
        mistakes=[_mistake(each, classes) for each in inspection.mistakes],
        diagrams=[] if isinstance(calibration, str) else list(map(_diagram, calibration)),
        filters=None if isinstance(inspection.filters, str) else sheet_of(
            inspection.filters.tiles, side=_FILTER, columns=_FILTERS_IN_A_ROW, gap=4
        ),
        stages=[] if isinstance(inspection.stages, str) else list(_stages(inspection, classes)),
        suspects=[_suspect(each, classes) for each in found[:MOST_SUSPECTS]],
        num_suspects=len(found),
        data={} if isinstance(placed, str) else {"placed": _placed(placed)},
    )  # fmt: skip


def _browsed(image: ShownImage) -> Browsed:
    return Browsed(image.target, image.predicted, sure(image), image.name, *picture_of(image.pixels))


def sure(image: ShownImage) -> str:
    """Return how sure the network is of an answer; nothing where it does not tell."""
    return "" if image.confidence is None else f"{100 * image.confidence:.0f} %"


def _mistake(mistake: Mistake, classes: Sequence[str]) -> ShownMistake:
    shown = mistake.shown
    target, predicted = classes[shown.target], classes[shown.predicted]
    plain, is_pixelated = picture_of(mistake.seen)
    pictures = [("image", plain)]
    for name, heat in ((predicted, mistake.of_predicted), (target, mistake.of_target)):
        if heat is not None:
            pictures.append((f"where {name} is found", picture_of(heated(mistake.seen, heat))[0]))
    return ShownMistake(target, predicted, sure(shown), shown.name, pictures, is_pixelated)


def heated(image: Image, heat: Heat) -> Image:
    """Return an image in gray with a colour over it, the brighter the hotter.

    Shape:
        image (C, H, W), heat (H, W) in [0, 1] -> (3, H, W).
    """
    from matplotlib import colormaps  # takes a third of a second to import

    gray = 0.85 * image.astype(np.float64).mean(0) / 255
    colour = colormaps["inferno"](0.15 + 0.85 * heat)[..., :3].transpose(2, 0, 1)
    weight = 0.75 * np.sqrt(heat)
    mixed = weight * colour + (1 - weight) * gray
    result: Image = (255 * mixed).round().astype(np.uint8)
    return result


def _diagram(found: Reliabilities) -> Diagram:
    width, mass = found.equal_width, found.equal_mass
    total = sum(one.count for one in width.bins)
    errors = f"calibration error {_ece(width)} over bins of equal width, {_ece(mass)} over bins of equal mass"
    return Diagram(
        title=found.name,
        errors=errors,
        bars=[
            (
                _CHART * one.low, _CHART * (1 - one.accuracy), _CHART * (one.high - one.low), _CHART * one.accuracy,
                f"{one.count:,} answers, {100 * one.confidence:.1f} % sure, {100 * one.accuracy:.1f} % right",
            )
            for one in width.bins
        ],
        counts=[
            (_CHART * one.low, 0.0, _CHART * (one.high - one.low), 40 * one.count / total) for one in width.bins
        ],
        dots=[
            (
                _CHART * one.confidence, _CHART * (1 - one.accuracy),
                f"{one.count:,} answers, {100 * one.confidence:.1f} % sure, {100 * one.accuracy:.1f} % right",
            )
            for one in mass.bins
        ],
    )  # fmt: skip


def _ece(found: Reliability) -> str:
    return f"{100 * found.ece:.1f} % ({100 * found.low:.1f} to {100 * found.high:.1f})"


def _stages(inspection: Inspection, classes: Sequence[str]) -> Iterator[Stages]:
    assert not isinstance(inspection.stages, str)
    for shown, rows in inspection.stages:
        maps = [
            (row.stage, "×".join(map(str, row.shape)), sheet_of(row.tiles, side=_MAP, columns=len(row.tiles), gap=3))
            for row in rows
        ]
        answer = "" if shown.target == shown.predicted else f", taken for {classes[shown.predicted]}"
        said = f"{shown.name}{answer} ({sure(shown)})" if sure(shown) else f"{shown.name}{answer}"
        yield Stages(classes[shown.target], said, *picture_of(shown.pixels), maps)


def _suspect(suspect: Suspect, classes: Sequence[str]) -> ShownSuspect:
    shown, error = suspect.shown, suspect.error
    return ShownSuspect(classes[error.label], classes[error.suggested], shown.name, *picture_of(shown.pixels))


def _placed(placed: Placed) -> Plain:
    columns = int(np.ceil(np.sqrt(len(placed.thumbnails))))
    return {
        "methods": [
            {"name": each.method, "note": each.note, "points": np.round(each.points, 4).tolist()}
            for each in placed.embeddings
        ],
        "targets": placed.targets.tolist(),
        "predicted": placed.predicted.tolist(),
        "names": list(placed.names),
        "sheet": sheet_of(placed.thumbnails, side=_THUMBNAIL, columns=columns),
        "side": _THUMBNAIL,
        "columns": columns,
    }
