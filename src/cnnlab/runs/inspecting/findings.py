"""What an inspection finds, as one value: what page and files show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnlab.base.metrics import Ints
from cnnlab.webpage.pictures import Image

if TYPE_CHECKING:
    from cnnlab.runs.inspecting.embedding import Embedding
    from cnnlab.runs.inspecting.filters import Filters, StageRow
    from cnnlab.runs.inspecting.label_errors import LikelyError
    from cnnlab.runs.inspecting.reliability import Reliability
    from cnnlab.runs.inspecting.units import LayerUnits

Heat = NDArray[np.float32]
"""(H, W) in [0, 1]"""


@dataclass(frozen=True)
class ShownImage:
    """An image, and what the network says of it."""

    split: str
    """In words: test or validation."""
    place: int
    """In its split."""
    name: str
    """Its file, or which image it is."""
    target: int
    predicted: int
    confidence: float | None
    """Probability of the predicted class; None where a run does not tell."""
    pixels: Image


@dataclass(frozen=True)
class Mistake:
    """A wrong answer, and where in the image the network finds the two classes."""

    shown: ShownImage
    seen: Image
    """The image as the network sees it."""
    of_predicted: Heat | None
    of_target: Heat | None


@dataclass(frozen=True)
class Part:
    """How much of a split was looked at."""

    name: str
    looked_at: int
    number: int


@dataclass(frozen=True)
class Reliabilities:
    """Some probabilities, over both kinds of bins."""

    name: str
    """What they are."""
    equal_width: Reliability
    equal_mass: Reliability


@dataclass(frozen=True)
class Units:
    """Units that stand still, of which images, and activations of which nothing is counted."""

    split: str
    images: int
    layers: Sequence[LayerUnits]
    never_flat: Sequence[str]


@dataclass(frozen=True)
class Placed:
    """Test images placed by their features."""

    embeddings: Sequence[Embedding]
    more: str | None
    """What is to be installed for others."""
    targets: Ints
    predicted: Ints
    names: Sequence[str]
    thumbnails: Sequence[Image]


@dataclass(frozen=True)
class Suspect:
    """An image whose label is likely wrong."""

    shown: ShownImage
    error: LikelyError


MANY_SUSPECTS = 0.1
"""Share of images beyond which suspects are rather the network's mistakes: in data sets that many use, 3 % of the test
labels are wrong, and 10 % at most (Northcutt et al. 2021, arXiv:2103.14749)."""


@dataclass(frozen=True)
class Inspection:
    """What a pass of the network over validation and test images tells. A text in the place of a finding says why not.

    Nothing is shown of training images: a network knows those by heart.
    """

    most: int
    """Images of a split that were shown to the network, at most."""
    parts: Sequence[Part]
    mistakes: Sequence[Mistake]
    """Of the test split, the surest first."""
    num_mistakes: int
    heat: tuple[str, int] | str
    """Stage and height of the maps in which Grad-CAM looked."""
    browsed: Sequence[ShownImage]
    """Test images for the cells of the confusion matrix: the surest mistakes, the least sure right answers."""
    calibration: Sequence[Reliabilities] | str
    """Of the test split: as the run says them, then scaled by what fits validation."""
    temperature: float | None
    """T of softmax(logits / T), by maximum likelihood on validation."""
    units: Units
    filters: Filters | str
    stages: Sequence[tuple[ShownImage, Sequence[StageRow]]] | str
    """Of the first test image of some classes, what the stages make of it."""
    placed: Placed | str
    suspects: Sequence[Suspect] | str
    """All of them, the likeliest first; of validation and test."""

    @property
    def has_too_many_suspects(self) -> bool:
        """Whether so many labels look wrong that it is rather the network that is."""
        number = 0 if isinstance(self.suspects, str) else len(self.suspects)
        return number > MANY_SUSPECTS * sum(part.looked_at for part in self.parts)
