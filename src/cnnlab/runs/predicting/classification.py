"""Images that a run has not been asked about before, and what its network says of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from cnnlab.base.runtime import Runtime
from cnnlab.base.texts import printable
from cnnlab.building.data import load_data
from cnnlab.building.parts import ImageSpec
from cnnlab.building.saved_network import SavedNetwork
from cnnlab.config.identity import data_content
from cnnlab.config.run_config import RunConfig
from cnnlab.data.image_folders.decoding import decode, read_header
from cnnlab.data.image_folders.reasons import reason
from cnnlab.data.library import DataLibrary
from cnnlab.data.resizing import resize
from cnnlab.data.stores import Data
from cnnlab.networks.scores import to_scores
from cnnlab.runs.predicting.submission import image_id
from cnnlab.training.evaluation import predict

_CHUNK = 64  # images that are decoded and classified together
_TEST_IMAGES = 10

Scores = npt.NDArray[np.float32]
"""(K,)"""


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


def read_pictures(files: Sequence[Path], trained: SavedNetwork) -> Iterator[Picture | Unreadable]:
    """Yield the images in files, each as the run's data set would have had it."""
    for path in files:
        try:
            yield Picture(printable(str(path)), printable(path.name), image_id(path), _pixels(path, trained.images))
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


def data_of_run(config: RunConfig, images: ImageSpec) -> Data:
    """Return the data of a finished run, its images as they were read for it.

    Args:
        config: of the run.
        images: what its network has to know of them.

    Raises:
        ConfigError: the data is not there any more.
    """
    library = DataLibrary()
    content = data_content(config, library.hashes)
    decode_size = None if images.resize is None else images.file_size
    return load_data(config, library=library, content=content, decode_size=decode_size, scaling=images.scaling)


def pick_test_images(config: RunConfig, trained: SavedNetwork) -> list[Picture]:
    """Return the first image of each class in the run's test split, of the first ten classes.

    Raises:
        ConfigError: the data is not there any more.
    """
    data = data_of_run(config, trained.images)
    pictures = []
    for label in torch.unique(data.test.labels)[:_TEST_IMAGES].tolist():
        index = int((data.test.labels == label).nonzero()[0])
        which = f"test image {index} ({data.classes[label]})"
        pictures.append(Picture(which, which, f"test-{index}", data.test.images[data.test.rows[index]].numpy()))
    return pictures


def classify(
    pictures: Iterable[Picture | Unreadable], trained: SavedNetwork, runtime: Runtime
) -> Iterator[tuple[Picture, Scores] | Unreadable]:
    """Yield each picture with the scores of its classes, and what cannot be read as it is.

    Args:
        pictures: taken a few at a time.
        trained: its network is on the runtime's device.
        runtime: where and how to compute.
    """
    waiting = iter(pictures)
    while chunk := list(islice(waiting, _CHUNK)):
        pixels = [torch.from_numpy(each.pixels.copy()) for each in chunk if isinstance(each, Picture)]
        scores: Iterator[Scores] = iter(())
        if pixels:
            stacked = torch.stack(pixels).contiguous(memory_format=torch.channels_last)  # as a run's images lie
            batch = trained.images.prepare(stacked.to(runtime.device))
            logits, _ = predict(trained.network, [(batch, torch.zeros(len(pixels)))], autocast=runtime.autocast)
            scores = iter(to_scores(logits, trained.scores_are).cpu().numpy())
        for each in chunk:
            yield (each, next(scores)) if isinstance(each, Picture) else each
