"""Data sets: each loader returns the data as it comes; `load_dataset` makes of it what a run asks for."""

from __future__ import annotations

import dataclasses
import importlib.util
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from cnnlab.data.downloads import Progress
from cnnlab.data.images import read_image_folder, read_images
from cnnlab.data.published import read_cifar, read_mnist, read_stl10
from cnnlab.data.published_folders import (
    HYMENOPTERA,
    TINY_IMAGENET,
    dogs_vs_cats_folder,
    dogs_vs_cats_layout,
    find_folder,
    hymenoptera_layout,
    tiny_imagenet_layout,
)
from cnnlab.data.splits import Data, Source, Split, make_splits
from cnnlab.errors import ConfigError
from cnnlab.randomness import generator
from cnnlab.schema import Bound, PositiveInt
from cnnlab.sharing import shared

if TYPE_CHECKING:
    from cnnlab.config import DatasetConfig

DIGITS = tuple("0123456789")
FASHION = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
STL10 = ("airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck")
_CHUNK = 256  # images per float copy, at most
_CHUNK_PIXELS = 2**22  # per float copy and channel: 16 MiB


@dataclass(frozen=True)
class Storage:
    """Where data lies, and what a loader may use to bring it."""

    data_dir: Path
    """Downloads go here, and are looked for here."""
    cache_dir: Path
    """Decoded images are kept here."""
    image_size: int | None
    """Height and width that the run asks for, in pixels; None: the data set's own."""
    mixed_size: int = 128
    """At most the height and width of images that come in several sizes where no size is asked for, in pixels."""
    workers: int | None = None
    """Processes that decode images; None: one per core."""
    progress: Progress | None = None
    """Called with (what, done, total) while something takes long."""


def load_dataset(config: DatasetConfig, storage: Storage, seed: int) -> Data:
    """Load a data set, scale it and split it.

    Args:
        config: its name is a key of `DATASETS`, its options are complete and checked.
        storage: where it comes from, and the size asked for.
        seed: draws a subset of the training images where one is asked for; nothing else.

    Raises:
        ConfigError: the data is not there, is damaged, or does not fit what `config` asks of it.
    """
    key = repr((config.name, config.options, storage.image_size, storage.data_dir, storage.cache_dir))
    source = shared("source", key, lambda: DATASETS[config.name](storage, **config.options))
    data = make_splits(
        source,
        seed=seed,
        classes=config.classes,
        binary=config.binary,
        per_class=config.per_class,
        fraction=config.fraction,
        val_fraction=config.val_fraction,
        test_fraction=config.test_fraction,
        split_seed=config.split_seed,
    )
    return data if storage.image_size is None else resize_used(data, storage.image_size)


def resize_used(data: Data, size: int) -> Data:
    """Scale the images that the splits use, of every store that is not size x size yet."""
    splits = [split for split in (data.train, data.val, data.test) if split is not None]
    resized: dict[int, Split] = {}
    for store in {id(split.images): split.images for split in splits}.values():
        if store.shape[2:] == (size, size):
            continue
        sharing = [split for split in splits if split.images is store]
        rows = torch.unique(torch.cat([split.rows for split in sharing]))  # ascending
        images = resize(store, rows, size)
        resized |= {id(split): Split(images, split.labels, torch.searchsorted(rows, split.rows)) for split in sharing}
    train, test = (resized.get(id(split), split) for split in (data.train, data.test))
    val = None if data.val is None else resized.get(id(data.val), data.val)
    return dataclasses.replace(data, train=train, val=val, test=test)


def resize(images: Tensor, rows: Tensor, size: int) -> Tensor:
    """Scale some images, bilinear with antialiasing, a few at a time.

    Shape:
        (M, C, H, W) in [0, 255], rows int64 (N,) -> uint8 (N, C, size, size).
    """
    result = torch.empty(len(rows), images.shape[1], size, size, dtype=torch.uint8)
    chunk = min(max(_CHUNK_PIXELS // size**2, 1), _CHUNK)
    for chosen, target in zip(torch.split(rows, chunk), torch.split(result, chunk)):
        scaled = F.interpolate(images[chosen].float(), (size, size), mode="bilinear", antialias=True)
        target.copy_(scaled.round_().clamp_(0, 255))
    return result


def digits(storage: Storage) -> Source:
    """1,797 real handwritten digits at 32x32, gray; ships with scikit-learn, nothing is downloaded."""
    # Read from scikit-learn's own file: to import sklearn.datasets takes more than a second, to find it takes none.
    package = importlib.util.find_spec("sklearn")
    assert package is not None
    assert package.origin is not None
    file = Path(package.origin).parent / "datasets" / "data" / "digits.csv.gz"
    table = torch.from_numpy(np.loadtxt(file, delimiter=",", dtype=np.float32))  # 64 pixels of 0..16, then the label
    pixels = table[:, :64].reshape(-1, 1, 8, 8) * (255 / 16)
    rows = torch.arange(len(table))
    return Source(Split(resize(pixels, rows, storage.image_size or 32), table[:, 64].long(), rows), DIGITS)


def synthetic(
    storage: Storage,
    *,
    num_images: PositiveInt = 2000,
    num_classes: Annotated[int, Bound(">= 2", low=2)] = 10,
    class_names: tuple[str, ...] | None = None,
    channels: Literal[1, 3] = 3,
) -> Source:
    """Stripes under noise, whose direction is the class; generated, 32x32 or image_size."""
    names = class_names or tuple(map(str, range(num_classes)))
    if len(names) != num_classes:
        raise ConfigError(f"dataset.class_names: must be dataset.num_classes ({num_classes}) names, got {list(names)}.")
    size = storage.image_size or 32
    labels = torch.arange(num_images) % num_classes
    images = torch.empty(num_images, channels, size, size, dtype=torch.uint8)
    for counter, (chunk, target) in enumerate(zip(torch.split(labels, _CHUNK), torch.split(images, _CHUNK))):
        draws = generator(0, "synthetic", counter)  # not the run's seed: it is one data set
        target.copy_(_stripes(chunk * math.pi / num_classes, channels, size, draws))
    return Source(Split(images, labels, torch.arange(num_images)), names)


def _stripes(angles: Tensor, channels: int, size: int, draws: torch.Generator) -> Tensor:
    """Return float images in [0, 255]: four to six waves across, any phase, any contrast and tint, and noise.

    Shape:
        angles (N,) in radians -> (N, channels, size, size).
    """
    num = len(angles)
    waves, phase = 4 + 2 * torch.rand(num, 1, 1, generator=draws), torch.rand(num, 1, 1, generator=draws)
    contrast = 0.1 + 0.2 * torch.rand(num, channels, 1, 1, generator=draws)
    noise = torch.randn(num, channels, size, size, generator=draws)
    ticks = torch.arange(size) / size
    across = angles.cos()[:, None, None] * ticks + angles.sin()[:, None, None] * ticks[:, None]  # (N, H, W)
    wave = torch.sin(2 * math.pi * (waves * across + phase))[:, None]
    return ((0.5 + contrast * wave + 0.2 * noise) * 255).round_().clamp_(0, 255)


def mnist(storage: Storage, *, part: Literal["test"] | None = None) -> Source:
    """MNIST: 60,000 + 10,000 handwritten digits, 28x28 gray; downloaded. part=test takes the 10,000 alone."""
    return read_mnist(
        "mnist",
        "MNIST",
        classes=DIGITS,
        data_dir=storage.data_dir,
        progress=storage.progress,
        only_test=part == "test",
    )


def fashion_mnist(storage: Storage) -> Source:
    """Fashion-MNIST: 60,000 + 10,000 pictures of clothes in 10 classes, 28x28 gray; downloaded."""
    return read_mnist(
        "fashion_mnist", "FashionMNIST", classes=FASHION, data_dir=storage.data_dir, progress=storage.progress
    )


def cifar10(storage: Storage) -> Source:
    """CIFAR-10: 50,000 + 10,000 photographs in 10 classes, 32x32 RGB; downloaded."""
    return read_cifar("cifar10", "CIFAR10", data_dir=storage.data_dir, progress=storage.progress)


def cifar100(storage: Storage) -> Source:
    """CIFAR-100: 50,000 + 10,000 photographs in 100 classes, 32x32 RGB; downloaded."""
    return read_cifar("cifar100", "CIFAR100", data_dir=storage.data_dir, progress=storage.progress)


def stl10(storage: Storage) -> Source:
    """STL-10: 5,000 + 8,000 photographs in 10 classes, 96x96 RGB, its labelled part; downloaded."""
    return read_stl10(classes=STL10, data_dir=storage.data_dir, progress=storage.progress)


def tiny_imagenet(storage: Storage, *, root: Path | None = None, skip_corrupt: bool = False) -> Source:
    """TinyImageNet: 100,000 + 10,000 photographs in 200 classes, 64x64 RGB; downloaded."""
    folder = find_folder("tiny_imagenet", TINY_IMAGENET, root, data_dir=storage.data_dir, progress=storage.progress)
    return read_images(storage, folder, tiny_imagenet_layout(folder), skip_corrupt=skip_corrupt)


def dogs_vs_cats(storage: Storage, *, root: Path | None = None, skip_corrupt: bool = False) -> Source:
    """Dogs vs Cats: 25,000 photographs of many sizes, 30 % are the test split; from Kaggle, by hand."""
    folder = dogs_vs_cats_folder(root, data_dir=storage.data_dir)
    return read_images(storage, folder, dogs_vs_cats_layout(folder), skip_corrupt=skip_corrupt)


def hymenoptera(storage: Storage, *, root: Path | None = None, skip_corrupt: bool = False) -> Source:
    """Ants and bees: 244 + 153 photographs of many sizes, hymenoptera_data; downloaded."""
    folder = find_folder("hymenoptera", HYMENOPTERA, root, data_dir=storage.data_dir, progress=storage.progress)
    return read_images(storage, folder, hymenoptera_layout(folder), skip_corrupt=skip_corrupt)


def image_folder(storage: Storage, *, root: Path | None = None, skip_corrupt: bool = False) -> Source:
    """Your own images: root/<class>/... or root/train/<class>/... and root/test/<class>/..., decoded once."""
    if root is None:
        raise ConfigError("dataset.root: missing. Give the folder: dataset.root=path/to/folder")
    return read_image_folder(storage, root, skip_corrupt=skip_corrupt)


DATASETS: dict[str, Callable[..., Source]] = {
    "digits": digits,
    "synthetic": synthetic,
    "mnist": mnist,
    "fashion_mnist": fashion_mnist,
    "cifar10": cifar10,
    "cifar100": cifar100,
    "stl10": stl10,
    "tiny_imagenet": tiny_imagenet,
    "dogs_vs_cats": dogs_vs_cats,
    "hymenoptera": hymenoptera,
    "image_folder": image_folder,
}
