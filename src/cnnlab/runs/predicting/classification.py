"""Images that a run has not been asked about before, and what its network says of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from cnnlab.base.runtime import Runtime
from cnnlab.base.texts import printable
from cnnlab.building.parts import ImageSpec
from cnnlab.building.saved_network import SavedNetwork
from cnnlab.config.run_config import RunConfig
from cnnlab.data.image_folders.decoding import decode, read_header
from cnnlab.data.image_folders.reasons import reason
from cnnlab.data.resizing import resize
from cnnlab.networks.scores import to_scores
from cnnlab.runs.predicting.submission import image_id
from cnnlab.runs.tested_images import load_test_images
from cnnlab.training.evaluation import predict

_CHUNK = 64  # images that are decoded and classified together
_TEST_IMAGES = 10

Scores = npt.NDArray[np.float32]
"""(K,)"""
Scoring = Callable[[torch.Tensor], npt.NDArray[np.float32]]
"""uint8 (N, C, S, S), as a run's images are stored -> scores (N, K)"""


@dataclass(frozen=True)
class Picture:
    """An image that can be classified."""

    name: str
    """The path of its file, or which test image it is."""
    title: str
    """The same without folders."""
    id: str
    """What it is called in files that are written about it."""
    pixels: npt.NDArray[np.uint8]
    """(C, h, w)"""


@dataclass(frozen=True)
class Unreadable:
    """A file that cannot be decoded."""

    name: str
    reason: str


def read_pictures(files: Sequence[Path], images: ImageSpec) -> Iterator[Picture | Unreadable]:
    """Yield the images in files, each as the run's data set would have had it."""
    for path in files:
        try:
            yield Picture(printable(str(path)), printable(path.name), image_id(path), _pixels(path, images))
        except Exception as error:  # on damaged files Pillow raises nearly anything
            yield Unreadable(printable(str(path)), reason(path, error))


def _pixels(path: Path, images: ImageSpec) -> npt.NDArray[np.uint8]:
    """Decode a file at the size of the run's own images and scale it as they were, unless it has that size already."""
    stored, header = images.stored_size, read_header(path)
    size = stored if (header.height, header.width) == (stored, stored) else images.file_size
    pixels = decode(path, images.channels, size, size, images.scaling)
    if size == stored:
        return pixels
    scaled: npt.NDArray[np.uint8] = resize(torch.from_numpy(pixels.copy())[None], torch.tensor([0]), stored)[0].numpy()
    return scaled


def pick_test_images(config: RunConfig, images: ImageSpec) -> list[Picture]:
    """Return the first image of each class in the run's test split, of the first ten classes.

    Raises:
        ConfigError: the data is not there any more.
    """
    data = load_test_images(config, images)
    pictures = []
    for label in torch.unique(data.test.labels)[:_TEST_IMAGES].tolist():
        index = int((data.test.labels == label).nonzero()[0])
        which = f"test image {index} ({data.classes[label]})"
        pictures.append(Picture(which, which, f"test-{index}", data.test.images[data.test.rows[index]].numpy()))
    return pictures


def scoring(trained: SavedNetwork, runtime: Runtime) -> Scoring:
    """Return what asks a saved network.

    Args:
        trained: its network is on the runtime's device.
        runtime: where and how to compute.
    """

    def score(pixels: torch.Tensor) -> npt.NDArray[np.float32]:
        stored = pixels.contiguous(memory_format=torch.channels_last)  # as a run's images lie
        batch = trained.images.prepare(stored.to(runtime.device))
        logits, _ = predict(trained.network, [(batch, torch.zeros(len(pixels)))], autocast=runtime.autocast)
        scores: npt.NDArray[np.float32] = to_scores(logits, trained.scores_are).cpu().numpy()
        return scores

    return score


def classify(pictures: Iterable[Picture | Unreadable], score: Scoring) -> Iterator[tuple[Picture, Scores] | Unreadable]:
    """Yield each picture with the scores of its classes, and what cannot be read as it is.

    Args:
        pictures: taken a few at a time.
        score: what answers.
    """
    waiting = iter(pictures)
    while chunk := list(islice(waiting, _CHUNK)):
        pixels = [torch.from_numpy(each.pixels.copy()) for each in chunk if isinstance(each, Picture)]
        scores = iter(score(torch.stack(pixels)) if pixels else ())
        for each in chunk:
            yield (each, next(scores)) if isinstance(each, Picture) else each
