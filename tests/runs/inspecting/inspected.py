"""A small inspection, made by hand, for those who write it down."""

import numpy as np

from cnnlab.runs.inspecting.embedding import Embedding
from cnnlab.runs.inspecting.filters import Filters, StageRow
from cnnlab.runs.inspecting.findings import (
    Inspection,
    Mistake,
    Part,
    Placed,
    Reliabilities,
    ShownImage,
    Suspect,
    Units,
)
from cnnlab.runs.inspecting.label_errors import LikelyError
from cnnlab.runs.inspecting.reliability import equal_mass, equal_width
from cnnlab.runs.inspecting.units import LayerUnits

CLASSES = ("ant", "<bee>")


def shown(place=3, *, target=0, predicted=1, confidence=0.9, split="test", name=None):
    pixels = np.full((1, 8, 8), 10 * place, dtype=np.uint8)
    return ShownImage(split, place, name or f"{split} image {place}", target, predicted, confidence, pixels)


def inspection(**changes):
    """Return an inspection of ten test and five validation images, one a mistake."""
    confidence, is_right = np.linspace(0.55, 0.99, 10), np.arange(10) != 3
    found = equal_width(confidence, is_right), equal_mass(confidence, is_right)
    heat = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    parts = {
        "most": 2000,
        "parts": [Part("validation", 5, 5), Part("test", 10, 20)],
        "mistakes": [Mistake(shown(), shown().pixels, heat, heat.T)],
        "num_mistakes": 1,
        "heat": ("conv2", 4),
        "browsed": [shown(), shown(4, predicted=0, confidence=0.6)],
        "calibration": [
            Reliabilities("as the run says them", *found),
            Reliabilities("scaled by the temperature", *found),
        ],
        "temperature": 1.5,
        "units": Units("validation", 5, [LayerUnits("act1", "relu", 8, 2, 0.5)], []),
        "filters": Filters("conv1", 2, (np.zeros((1, 3, 3), dtype=np.uint8),) * 2),
        "stages": [(shown(), [StageRow("conv1", (9, 4, 4), (np.zeros((1, 4, 4), dtype=np.uint8),) * 8)])],
        "placed": Placed(
            [Embedding("PCA", np.arange(6.0).reshape(3, 2), "All of it.")],
            "UMAP is to be installed.",
            np.array([0, 1, 0]),
            np.array([0, 1, 1]),
            ["a/1.png", "b/2.png", "a/3.png"],
            [np.zeros((1, 8, 8), dtype=np.uint8)] * 3,
        ),
        "suspects": [Suspect(shown(7, split="validation", name="ants/7.png"), LikelyError(0, 0, 1, 0.5))],
    }
    return Inspection(**parts | changes)


LEFT_OUT = {
    "mistakes": [],
    "num_mistakes": 0,
    "heat": "there is nothing to ask",
    "calibration": "there are no probabilities",
    "temperature": None,
    "units": Units("test", 10, [], ["gelu"]),
    "filters": "the network has no filters",
    "stages": "the network has no stages",
    "placed": "it takes three images",
    "suspects": "nothing is known",
}
"""What an inspection finds where next to nothing can be had."""
