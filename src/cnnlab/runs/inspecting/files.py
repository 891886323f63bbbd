"""The numbers of an inspection as files: inspect.json, and a table for each kind of finding."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from cnnlab.base.schema import Plain
from cnnlab.outputs.files import Folder, Row
from cnnlab.runs.inspecting.findings import Inspection, Placed, Reliabilities, Suspect

SUMMARY = "inspect.json"
TABLES = ("reliability.csv", "units.csv", "embedding.csv", "label_errors.csv")
_OF_BINS = ("probabilities", "bins", "low", "high", "images", "confidence", "accuracy")
_OF_UNITS = ("layer", "activation", "units", "stuck", "share_of_values")
_OF_ERRORS = ("split", "index", "image", "label", "suggested", "predicted", "margin")
_DIGITS = 6  # significant ones of what is measured


def write_files(folder: Folder, inspection: Inspection, *, run_id: str, classes: Sequence[str]) -> None:
    """Write inspect.json and the tables of what was found; tables of an earlier inspection do not outlive it.

    Args:
        folder: where they go.
        inspection: what was found.
        run_id: of the run.
        classes: names, in the order of the network's outputs.
    """
    for name in TABLES:
        (folder.path / name).unlink(missing_ok=True)
    folder.write_json(SUMMARY, _summary(inspection, run_id))
    if not isinstance(inspection.calibration, str):
        folder.write_rows("reliability.csv", _OF_BINS, _bins(inspection.calibration))
    folder.write_rows("units.csv", _OF_UNITS, _units(inspection))
    if not isinstance(inspection.placed, str):
        axes = [f"{each.method.lower()}_{axis}" for each in inspection.placed.embeddings for axis in (1, 2)]
        folder.write_rows("embedding.csv", ("image", "target", "predicted", *axes), _points(inspection.placed, classes))
    if not isinstance(inspection.suspects, str):
        folder.write_rows("label_errors.csv", _OF_ERRORS, _errors(inspection.suspects, classes))


def _summary(inspection: Inspection, run_id: str) -> Plain:
    calibration, suspects, placed = inspection.calibration, inspection.suspects, inspection.placed
    left_out = {
        "grad_cam": inspection.heat, "filters": inspection.filters, "stages": inspection.stages,
        "calibration": calibration, "embedding": placed, "label_errors": suspects,
    }  # fmt: skip
    return {
        "run_id": run_id,
        "images": {part.name: {"looked_at": part.looked_at, "of": part.number} for part in inspection.parts},
        "mistakes": inspection.num_mistakes,
        "calibration": [] if isinstance(calibration, str) else list(map(_errors_of, calibration)),
        "temperature": inspection.temperature,
        "units": {
            "split": inspection.units.split,
            "layers": [dataclasses.asdict(layer) for layer in inspection.units.layers],
        },
        "embedding": {} if isinstance(placed, str) else {each.method: each.note for each in placed.embeddings},
        "likely_label_errors": None if isinstance(suspects, str) else len(suspects),
        "left_out": {name: why for name, why in left_out.items() if isinstance(why, str)},
    }


def _errors_of(reliabilities: Reliabilities) -> Plain:
    """Return the expected calibration error over both kinds of bins, each with its 95 % interval."""
    plain: Plain = {"probabilities": reliabilities.name}
    for kind, found in (("equal_width", reliabilities.equal_width), ("equal_mass", reliabilities.equal_mass)):
        plain[kind] = {"ece": found.ece, "low": found.low, "high": found.high}
    return plain


def _bins(calibration: Sequence[Reliabilities]) -> Iterator[Row]:
    for each in calibration:
        for kind, found in (("equal width", each.equal_width), ("equal mass", each.equal_mass)):
            for one in found.bins:
                yield {
                    "probabilities": each.name, "bins": kind, "low": _short(one.low), "high": _short(one.high),
                    "images": one.count, "confidence": _short(one.confidence), "accuracy": _short(one.accuracy),
                }  # fmt: skip


def _units(inspection: Inspection) -> Iterator[Row]:
    for layer in inspection.units.layers:
        yield {
            "layer": layer.name, "activation": layer.activation, "units": layer.units, "stuck": layer.stuck,
            "share_of_values": _short(layer.share),
        }  # fmt: skip


def _points(placed: Placed, classes: Sequence[str]) -> Iterator[Row]:
    for number, (name, target, predicted) in enumerate(zip(placed.names, placed.targets, placed.predicted)):
        places = {
            f"{each.method.lower()}_{axis + 1}": _short(float(each.points[number, axis]))
            for each in placed.embeddings
            for axis in (0, 1)
        }
        yield {"image": name, "target": classes[target], "predicted": classes[predicted], **places}


def _errors(suspects: Sequence[Suspect], classes: Sequence[str]) -> Iterator[Row]:
    for each in suspects:
        shown, error = each.shown, each.error
        yield {
            "split": shown.split, "index": shown.place, "image": shown.name, "label": classes[error.label],
            "suggested": classes[error.suggested], "predicted": classes[shown.predicted],
            "margin": _short(error.margin),
        }  # fmt: skip


def _short(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
