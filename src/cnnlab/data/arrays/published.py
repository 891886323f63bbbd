"""The published data sets that torchvision downloads: MNIST and Fashion-MNIST, CIFAR-10 and CIFAR-100, STL-10."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from cnnlab.base.downloads import archive_advice, download, quiet
from cnnlab.base.errors import ConfigError
from cnnlab.data.arrays.idx import find_idx, read_idx
from cnnlab.data.storage import Storage
from cnnlab.data.stores import Source, Split, whole

if TYPE_CHECKING:
    from torchvision.datasets import CIFAR10

_AGAIN = "Delete it, then it is downloaded again."
_TRAIN, _TEST = "train", "t10k"  # how the files of the MNIST family begin


def read_mnist(name: str, kind: str, storage: Storage, *, classes: tuple[str, ...], only_test: bool = False) -> Source:
    """Read `<data_dir>/<kind>/raw/*-ubyte` or the same with .gz; download what is missing.

    Args:
        name: as the user calls it.
        kind: as torchvision calls it; also the folder.
        storage: where the files are looked for, and whether they may be downloaded.
        classes: in the order of the labels.
        only_test: take the test files as the whole data set; the training files need not be there.

    Raises:
        ConfigError: a file is missing and cannot be downloaded, or is damaged.
    """
    folder = storage.data_dir / kind / "raw"
    parts = (_TEST,) if only_test else (_TRAIN, _TEST)
    names = [f"{part}-{file}" for part in parts for file in ("images-idx3-ubyte", "labels-idx1-ubyte")]
    if missing := [f"{file}.gz" for file in names if find_idx(folder, file) is None]:
        import torchvision.datasets

        data_set = getattr(torchvision.datasets, kind)
        advice = f"Put {', '.join(missing)} into {folder}, from {data_set.mirrors[0]}"
        download(
            name, lambda: data_set(storage.data_dir, download=True), folder=folder, advice=advice,
            progress=storage.progress, is_allowed=storage.may_download,
        )  # fmt: skip
    train, *test = (_idx_split(name, folder, part, len(classes)) for part in parts)
    return Source(train, classes, test=test[0] if test else None)


def _idx_split(name: str, folder: Path, part: str, num_classes: int) -> Split:
    images = _read_idx(name, folder, f"{part}-images-idx3-ubyte", 3)
    labels = _read_idx(name, folder, f"{part}-labels-idx1-ubyte", 1)
    _check_labels(name, folder, f"{part}-*", images, labels, num_classes)
    return _whole(part, images[:, None], labels)


def _read_idx(name: str, folder: Path, file: str, num_dims: int) -> npt.NDArray[np.uint8]:
    path = find_idx(folder, file)
    if path is None:
        raise ConfigError(f"dataset ({name}): no file '{folder / file}.gz'. Put it there.")
    try:
        return read_idx(path, num_dims=num_dims)
    except ValueError as error:
        raise ConfigError(f"dataset ({name}): '{path}' is damaged: {error}. {_AGAIN}") from error


def _check_labels(
    name: str, folder: Path, files: str, images: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8], num_classes: int
) -> None:
    highest = labels.max(initial=0)
    if len(images) != len(labels) or highest >= num_classes:
        raise ConfigError(
            f"dataset ({name}): '{folder / files}' do not belong together: {len(images)} images, {len(labels)} labels "
            f"of 0 to {highest}. Delete them, then they are downloaded again."
        )


def _whole(name: str, images: npt.NDArray[np.uint8], labels: npt.NDArray[np.integer]) -> Split:
    """Return the split that is all of a store of its own: images (N, C, H, W), labels (N,)."""
    return whole(name, torch.from_numpy(images), torch.from_numpy(labels.astype(np.int64)))


def read_cifar(name: str, kind: str, storage: Storage) -> Source:
    """Read `<data_dir>/cifar-10-batches-py` or `cifar-100-python`; download the archive if it is not there.

    Args:
        name: as the user calls it.
        kind: as torchvision calls it.
        storage: where the files are looked for, and whether they may be downloaded.

    Raises:
        ConfigError: the files are missing or damaged, and the archive cannot be downloaded.
    """
    import torchvision.datasets

    data_set: type[CIFAR10] = getattr(torchvision.datasets, kind)
    folder = storage.data_dir
    parts = _cifar_parts(data_set, folder)
    if parts is None:
        advice = archive_advice(folder, filename=data_set.filename, md5=data_set.tgz_md5, url=data_set.url)
        download(
            name, lambda: data_set(folder, download=True), folder=folder, advice=advice, progress=storage.progress,
            is_allowed=storage.may_download,
        )  # fmt: skip
        parts = _cifar_parts(data_set, folder)
        assert parts is not None  # the download has checked them
    train, test = (
        _whole(name, part.data.transpose(0, 3, 1, 2), np.asarray(part.targets))
        for name, part in zip(("train", "test"), parts)
    )
    return Source(train, tuple(parts[0].classes), test=test)


def _cifar_parts(data_set: type[CIFAR10], data_dir: Path) -> tuple[CIFAR10, CIFAR10] | None:
    """Return both parts; None where a file is missing or is not the published one.

    The files are pickles, which can run code: torchvision opens them only after their MD5 has matched, and so do we.
    """
    try:
        with quiet():  # NumPy warns of these pickles, which are older than it
            return data_set(data_dir, train=True), data_set(data_dir, train=False)
    except RuntimeError:
        return None


def read_stl10(storage: Storage, *, classes: tuple[str, ...]) -> Source:
    """Read `<data_dir>/stl10_binary`, its labelled part; download the archive if a file is missing.

    Read here and not by torchvision, which computes the MD5 of the 2.6 GB without labels at every start.

    Raises:
        ConfigError: a file is missing and the archive cannot be downloaded, or one is damaged.
    """
    data_dir = storage.data_dir
    folder = data_dir / "stl10_binary"
    if not all((folder / f"{part}_{kind}.bin").is_file() for part in ("train", "test") for kind in "Xy"):
        from torchvision.datasets import STL10

        advice = archive_advice(data_dir, filename=STL10.filename, md5=STL10.tgz_md5, url=STL10.url)
        download(
            "stl10", lambda: STL10(data_dir, download=True), folder=data_dir, advice=advice, progress=storage.progress,
            is_allowed=storage.may_download,
        )  # fmt: skip
    train, test = (_stl10_split(folder, part, len(classes)) for part in ("train", "test"))
    return Source(train, classes, test=test)


def _stl10_split(folder: Path, part: str, num_classes: int) -> Split:
    pixels = np.fromfile(folder / f"{part}_X.bin", np.uint8)
    labels = np.fromfile(folder / f"{part}_y.bin", np.uint8) - 1  # 1 to 10 in the file
    if len(pixels) % (3 * 96 * 96):
        raise ConfigError(f"dataset (stl10): '{folder / part}_X.bin' is damaged: {len(pixels)} bytes. {_AGAIN}")
    images = pixels.reshape(-1, 3, 96, 96).transpose(0, 1, 3, 2)  # columns come first in the file
    _check_labels("stl10", folder, f"{part}_*.bin", images, labels, num_classes)
    return _whole(part, np.ascontiguousarray(images), labels)
