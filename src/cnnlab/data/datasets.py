"""Data sets: each loader returns the data as it comes; `building.data` makes of it what a run asks for."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from cnnlab.base.errors import ConfigError
from cnnlab.data.arrays.published import read_cifar, read_mnist, read_stl10
from cnnlab.data.image_folders.published import (
    HYMENOPTERA,
    TINY_IMAGENET,
    dogs_vs_cats_folder,
    dogs_vs_cats_layout,
    find_folder,
    hymenoptera_layout,
    tiny_imagenet_layout,
)
from cnnlab.data.image_folders.reading import read_image_folder, read_images
from cnnlab.data.resizing import resize
from cnnlab.data.storage import Storage
from cnnlab.data.stores import Source, whole
from cnnlab.data.synthetic import synthetic

DIGITS = tuple("0123456789")
FASHION = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
STL10 = ("airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck")


def digits(storage: Storage) -> Source:
    """1,797 real handwritten digits at 32x32, gray; ships with scikit-learn, nothing is downloaded."""
    # Read from scikit-learn's own file: to import sklearn.datasets takes more than a second, to find it takes none.
    package = importlib.util.find_spec("sklearn")
    assert package is not None
    assert package.origin is not None
    file = Path(package.origin).parent / "datasets" / "data" / "digits.csv.gz"
    table = torch.from_numpy(np.loadtxt(file, delimiter=",", dtype=np.float32))  # 64 pixels of 0..16, then the label
    pixels = table[:, :64].reshape(-1, 1, 8, 8) * (255 / 16)
    images = resize(pixels, torch.arange(len(table)), storage.image_size or 32)
    return Source(whole("digits", images, table[:, 64].long()), DIGITS)


def mnist(storage: Storage, *, part: Literal["test"] | None = None) -> Source:
    """MNIST: 60,000 + 10,000 handwritten digits, 28x28 gray; downloaded. part=test takes the 10,000 alone."""
    return read_mnist("mnist", "MNIST", storage, classes=DIGITS, only_test=part == "test")


def fashion_mnist(storage: Storage) -> Source:
    """Fashion-MNIST: 60,000 + 10,000 pictures of clothes in 10 classes, 28x28 gray; downloaded."""
    return read_mnist("fashion_mnist", "FashionMNIST", storage, classes=FASHION)


def cifar10(storage: Storage) -> Source:
    """CIFAR-10: 50,000 + 10,000 photographs in 10 classes, 32x32 RGB; downloaded."""
    return read_cifar("cifar10", "CIFAR10", storage)


def cifar100(storage: Storage) -> Source:
    """CIFAR-100: 50,000 + 10,000 photographs in 100 classes, 32x32 RGB; downloaded."""
    return read_cifar("cifar100", "CIFAR100", storage)


def stl10(storage: Storage) -> Source:
    """STL-10: 5,000 + 8,000 photographs in 10 classes, 96x96 RGB, its labelled part; downloaded."""
    return read_stl10(storage, classes=STL10)


def tiny_imagenet(storage: Storage, *, root: Path | None = None, skip_corrupt: bool = False) -> Source:
    """TinyImageNet: 100,000 + 10,000 photographs in 200 classes, 64x64 RGB; downloaded."""
    folder = find_folder("tiny_imagenet", TINY_IMAGENET, root, storage)
    return read_images(storage, tiny_imagenet_layout(folder), skip_corrupt=skip_corrupt)


def dogs_vs_cats(storage: Storage, *, root: Path | None = None, skip_corrupt: bool = False) -> Source:
    """Dogs vs Cats: 25,000 photographs of many sizes, 30 % are the test split; from Kaggle, by hand."""
    folder = dogs_vs_cats_folder(root, data_dir=storage.data_dir)
    return read_images(storage, dogs_vs_cats_layout(folder), skip_corrupt=skip_corrupt)


def hymenoptera(storage: Storage, *, root: Path | None = None, skip_corrupt: bool = False) -> Source:
    """Ants and bees: 244 + 153 photographs of many sizes, hymenoptera_data; downloaded."""
    folder = find_folder("hymenoptera", HYMENOPTERA, root, storage)
    return read_images(storage, hymenoptera_layout(folder), skip_corrupt=skip_corrupt)


def image_folder(storage: Storage, *, root: Path | None = None, skip_corrupt: bool = False) -> Source:
    """Your own images: root/<class>/... or root/train/<class>/... and root/test/<class>/..., also in a zip."""
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
