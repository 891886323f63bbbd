"""What the terminal says of an inspection, in lines of at most 80 columns: a line for each kind of finding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnnlab.base.texts import cut_middle, first_names
from cnnlab.runs.inspecting.findings import Inspection, Suspect
from cnnlab.runs.inspecting.units import LayerUnits
from cnnlab.runs.predicting.answer_lines import told

_NAMED = 3  # likely label errors, and layers, that are named


def said_lines(inspection: Inspection, classes: Sequence[str]) -> list[str]:
    """Return the lines.

    Args:
        inspection: what was found.
        classes: names, in the order of the network's outputs.
    """
    parts = [f"{part.looked_at:,} of {part.number:,} {part.name} images" for part in inspection.parts]
    lines = told("looked", f"at {' and '.join(parts)}, none that it has learnt from")
    test = inspection.parts[-1]
    lines += told("mistakes", f"{inspection.num_mistakes:,} of {test.looked_at:,} test images{_where(inspection)}")
    lines += told("certain", _calibration(inspection))
    doubt = ". So many are rather the network's own mistakes" if inspection.has_too_many_suspects else ""
    lines += told("labels", f"{_suspects(inspection.suspects, classes)}{doubt}")
    return [*lines, *told("units", _units(inspection))]


def _where(inspection: Inspection) -> str:
    return f"; {inspection.heat}" if isinstance(inspection.heat, str) and inspection.num_mistakes else ""


def _calibration(inspection: Inspection) -> str:
    if isinstance(inspection.calibration, str):
        return f"how far is not known: {inspection.calibration}"
    errors = [f"{100 * each.equal_width.ece:.1f} % {each.name}" for each in inspection.calibration]
    found = inspection.calibration[0].equal_width
    first, *others = errors
    interval = f"95 % interval {100 * found.low:.1f} to {100 * found.high:.1f}"
    scaled = f"; {others[0]} {inspection.temperature:.2f}" if others and inspection.temperature is not None else ""
    return f"calibration error {first} ({interval}){scaled}"


def _suspects(suspects: Sequence[Suspect] | str, classes: Sequence[str]) -> str:
    if isinstance(suspects, str):
        return f"left out: {suspects}"
    if not suspects:
        return "none is likely wrong"
    named = [
        f"{cut_middle(each.shown.name, 40)} ({classes[each.error.label]}, rather {classes[each.error.suggested]})"
        for each in suspects
    ]
    return f"{len(suspects):,} likely wrong, which is not certain: {first_names(named, _NAMED, separator='; ')}"


def _units(inspection: Inspection) -> str:
    units = inspection.units
    if not units.layers:
        kinds = ", ".join(units.never_flat)
        return f"{kinds}: nowhere flat, nothing is counted" if kinds else "no activation to count behind"
    stuck, number = sum(layer.stuck for layer in units.layers), sum(layer.units for layer in units.layers)
    return f"{stuck:,} of {number:,} always still, dead or saturated{''.join(_worst(units.layers))}"


def _worst(layers: Sequence[LayerUnits]) -> Iterator[str]:
    """Yield the layers with the most such units, behind a colon."""
    worst = sorted((layer for layer in layers if layer.stuck), key=lambda layer: -layer.stuck / layer.units)[:_NAMED]
    if worst:
        yield ": " + ", ".join(f"{layer.stuck:,} of {layer.units:,} behind {layer.name}" for layer in worst)
