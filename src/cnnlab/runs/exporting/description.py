"""What stands beside exported weights: classes, how an image becomes pixels, what the outputs are."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass

from cnnlab.base.schema import Plain, PlainMapping
from cnnlab.base.version import __version__
from cnnlab.building.parts import ImageSpec
from cnnlab.building.saved_network import SavedNetwork, images_of
from cnnlab.networks.transfer.network import RGB
from cnnlab.runs.calibration import Calibration, saved_calibration


@dataclass(frozen=True)
class Description:
    """What is told of a model."""

    run_id: str
    images: ImageSpec
    scores_are: str
    """Probabilities, of which the outputs are the logits, or decision values."""
    calibration: Calibration | None
    """Of decision values."""


def describe(run_id: str, trained: SavedNetwork, calibration: Calibration | None) -> Plain:
    """Return the description as plain values: for whoever has no cnnlab mode and size, then all that reads it back."""
    images = dataclasses.asdict(trained.images)
    normalization = images.pop("normalization")
    return {
        "cnnlab": __version__,
        "run": run_id,
        "mode": "RGB" if trained.images.channels == RGB else "L",
        "size": trained.images.stored_size,
        **images,
        **normalization,
        "scores_are": trained.scores_are,
        "calibration": None if calibration is None else calibration.as_plain(),
    }


def described(plain: PlainMapping) -> Description:
    """Return what was described.

    Raises:
        KeyError, TypeError: it is not, or not whole.
    """
    return Description(str(plain["run"]), images_of(plain), plain["scores_are"], saved_calibration(plain))


def as_texts(plain: PlainMapping) -> dict[str, str]:
    """Return the values as JSON, for formats that keep texts."""
    return {key: json.dumps(value, ensure_ascii=False) for key, value in plain.items()}


def of_texts(texts: Mapping[str, str]) -> Plain:
    """Return what `as_texts` was given; what is no JSON is left out."""
    found: Plain = {}
    for key, text in texts.items():
        try:
            found[key] = json.loads(text)
        except (ValueError, RecursionError):
            continue
    return found
