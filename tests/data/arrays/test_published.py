"""The real formats in small, offline."""

from __future__ import annotations

import gzip
import io
import pickle
import struct
import tarfile
from pathlib import Path

import numpy as np
import pytest

from cnnlab.base.downloads import md5_of
from cnnlab.base.errors import ConfigError
from cnnlab.data.datasets import DATASETS, FASHION, STL10
from cnnlab.data.storage import Storage
from cnnlab.data.stores import Source, Split
from tests.conftest import OFFLINE

MNIST_FOLDERS = {"mnist": "MNIST/raw", "fashion_mnist": "FashionMNIST/raw"}
pytestmark = pytest.mark.usefixtures("offline")


def load(name: str, folder: Path, **options: object) -> Source:
    return DATASETS[name](Storage(folder, folder / "cache", None), **options)


def check(source: Source, pixels: dict[str, np.ndarray], labels: dict[str, list[int]]) -> None:
    parts: dict[str, Split | None] = {"train": source.train, "test": source.test}
    for name, part in parts.items():
        assert part is not None
        np.testing.assert_array_equal(part.images.numpy(), pixels[name])
        assert part.labels.tolist() == labels[name]
        assert part.rows.tolist() == list(range(len(labels[name])))
    assert source.val is None


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


def write_mnist(folder: Path) -> tuple[dict[str, np.ndarray], dict[str, list[int]]]:
    """Training files plain, test files compressed."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    pixels = {part: rng.integers(0, 256, (n, 1, 28, 28), dtype=np.uint8) for part, n in (("train", 5), ("test", 2))}
    labels = {"train": [3, 0, 9, 1, 1], "test": [9, 8]}
    for part, prefix, suffix, pack in (("train", "train", "", bytes), ("test", "t10k", ".gz", gzip.compress)):
        (folder / f"{prefix}-images-idx3-ubyte{suffix}").write_bytes(pack(idx(pixels[part][:, 0])))
        (folder / f"{prefix}-labels-idx1-ubyte{suffix}").write_bytes(pack(idx(np.array(labels[part]))))
    return pixels, labels


@pytest.mark.parametrize("name", MNIST_FOLDERS)
def test_mnist_files_are_read_plain_or_compressed(tmp_path, name):
    pixels, labels = write_mnist(tmp_path / MNIST_FOLDERS[name])
    source = load(name, tmp_path)
    check(source, pixels, labels)
    assert source.classes == (FASHION if name == "fashion_mnist" else tuple("0123456789"))


def test_the_test_files_of_mnist_can_be_the_whole_data_set(tmp_path):
    pixels, labels = write_mnist(tmp_path / "MNIST/raw")
    for file in (tmp_path / "MNIST/raw").glob("train-*"):
        file.unlink()
    source = load("mnist", tmp_path, part="test")
    np.testing.assert_array_equal(source.train.images.numpy(), pixels["test"])
    assert source.train.labels.tolist() == labels["test"]
    assert (source.val, source.test) == (None, None)


def test_offline_the_missing_test_files_alone_are_named_where_those_are_wanted(tmp_path):
    files = r"Put t10k-images-idx3-ubyte\.gz, t10k-labels-idx1-ubyte\.gz into "
    with pytest.raises(ConfigError, match=rf"^dataset \(mnist\): {OFFLINE} {files}"):
        load("mnist", tmp_path, part="test")


def test_fashion_classes_are_torchvisions():
    from torchvision.datasets import FashionMNIST

    assert list(FASHION) == FashionMNIST.classes


@pytest.mark.parametrize("name", MNIST_FOLDERS)
def test_offline_the_missing_mnist_files_are_named(tmp_path, name):
    folder = tmp_path / MNIST_FOLDERS[name]
    write_mnist(folder)
    (folder / "train-images-idx3-ubyte").unlink()
    message = rf"^dataset \({name}\): {OFFLINE} Put train-images-idx3-ubyte\.gz into {folder}, from http\S+/$"
    with pytest.raises(ConfigError, match=message):
        load(name, tmp_path)


def test_truncated_mnist_file_is_named(tmp_path):
    folder = tmp_path / "MNIST/raw"
    write_mnist(folder)
    file = folder / "train-images-idx3-ubyte"
    file.write_bytes(file.read_bytes()[:100])
    message = (
        rf"^dataset \(mnist\): '{file}' is damaged: it has 100 bytes, its header says 3936\. Delete it, then it is"
    )
    with pytest.raises(ConfigError, match=message):
        load("mnist", tmp_path)


def test_mnist_files_that_do_not_belong_together_are_refused(tmp_path):
    folder = tmp_path / "MNIST/raw"
    write_mnist(folder)
    (folder / "train-labels-idx1-ubyte").write_bytes(idx(np.array([1, 10])))
    message = r"'\S+/train-\*' do not belong together: 5 images, 2 labels of 0 to 10\. Delete them"
    with pytest.raises(ConfigError, match=message):
        load("mnist", tmp_path)


def test_real_mnist_without_training_files_names_them(real_data):
    folder = real_data / "mnist"
    with pytest.raises(ConfigError, match=r"Put train-images-idx3-ubyte\.gz, train-labels-idx1-ubyte\.gz into "):
        load("mnist", folder)


def test_real_mnist_test_files_are_read(real_data):
    source = load("mnist", real_data / "mnist", part="test")
    assert source.train.images.shape == (10_000, 1, 28, 28)
    assert source.train.labels[:5].tolist() == [7, 2, 1, 0, 4]


CIFAR = {
    "cifar10": ("CIFAR10", "cifar-10-batches-py", "batches.meta", ("label_names", "labels")),
    "cifar100": ("CIFAR100", "cifar-100-python", "meta", ("fine_label_names", "fine_labels")),
}


def cifar_class(name: str) -> type:
    import torchvision.datasets

    found: type = getattr(torchvision.datasets, CIFAR[name][0])
    return found


def write_cifar(root: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> tuple[dict, dict]:
    """Write the files as they are published, and let torchvision expect the MD5 of these."""
    kind, (_, folder, meta, keys) = cifar_class(name), CIFAR[name]
    (root / folder).mkdir(parents=True)
    rng = np.random.default_rng(0)
    pixels: dict[str, list] = {"train": [], "test": []}
    labels: dict[str, list] = {"train": [], "test": []}
    for part in ("train", "test"):
        listed = []
        for file, _ in getattr(kind, f"{part}_list"):
            pixels[part].append(rng.integers(0, 256, (2, 3072), dtype=np.uint8))
            labels[part] += (drawn := rng.integers(0, 10, 2).tolist())
            (root / folder / file).write_bytes(pickle.dumps({"data": pixels[part][-1], keys[1]: drawn}))
            listed.append([file, md5_of(root / folder / file)])
        monkeypatch.setattr(kind, f"{part}_list", listed)
    classes = [f"class {number}" for number in range(10)]
    (root / folder / meta).write_bytes(pickle.dumps({keys[0]: classes}))
    monkeypatch.setattr(kind, "meta", {"filename": meta, "key": keys[0], "md5": md5_of(root / folder / meta)})
    return {part: np.concatenate(chunks).reshape(-1, 3, 32, 32) for part, chunks in pixels.items()}, labels


def pack(root: Path, folder: str, archive: str) -> str:
    """Move a folder into an archive; return its MD5."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        tar.add(root / folder, folder)
    (root / archive).write_bytes(buffer.getvalue())
    for file in (root / folder).iterdir():
        file.unlink()
    return md5_of(root / archive)


@pytest.mark.parametrize("name", CIFAR)
def test_cifar_files_are_read(tmp_path, name, monkeypatch):
    pixels, labels = write_cifar(tmp_path, name, monkeypatch)
    source = load(name, tmp_path)
    check(source, pixels, labels)
    assert source.classes == tuple(f"class {number}" for number in range(10))


@pytest.mark.parametrize("name", CIFAR)
def test_cifar_archive_is_unpacked_where_it_lies(tmp_path, name, monkeypatch, capfd):
    pixels, labels = write_cifar(tmp_path, name, monkeypatch)
    kind = cifar_class(name)
    monkeypatch.setattr(kind, "tgz_md5", pack(tmp_path, CIFAR[name][1], kind.filename))
    check(load(name, tmp_path), pixels, labels)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", CIFAR)
def test_offline_the_cifar_archive_is_named(tmp_path, name):
    kind = cifar_class(name)
    advice = rf"Put {kind.filename} \(MD5 {kind.tgz_md5}\) into {tmp_path}, from https://\S+\.gz$"
    with pytest.raises(ConfigError, match=rf"^dataset \({name}\): {OFFLINE} {advice}"):
        load(name, tmp_path)


def test_damaged_archive_is_named(tmp_path):
    archive = tmp_path / cifar_class("cifar10").filename
    archive.write_bytes(b"half")
    with pytest.raises(
        ConfigError, match=rf"^dataset \(cifar10\): {OFFLINE} {archive} is damaged\. Put cifar-10-python"
    ):
        load("cifar10", tmp_path)


def test_cifar_file_that_is_not_the_published_one_is_not_opened(tmp_path, monkeypatch):
    write_cifar(tmp_path, "cifar10", monkeypatch)
    (tmp_path / "cifar-10-batches-py/data_batch_3").write_bytes(b"cos\nsystem\n(S'touch hacked'\ntR.")
    with pytest.raises(ConfigError, match="cannot be downloaded"):
        load("cifar10", tmp_path)


def write_stl10(root: Path) -> tuple[dict[str, np.ndarray], dict[str, list[int]]]:
    (root / "stl10_binary").mkdir()
    rng = np.random.default_rng(0)
    pixels = {part: rng.integers(0, 256, (n, 3, 96, 96), dtype=np.uint8) for part, n in (("train", 3), ("test", 2))}
    labels = {"train": [0, 9, 4], "test": [1, 0]}
    for part in pixels:
        (root / f"stl10_binary/{part}_X.bin").write_bytes(pixels[part].transpose(0, 1, 3, 2).tobytes())
        (root / f"stl10_binary/{part}_y.bin").write_bytes(bytes(label + 1 for label in labels[part]))
    return pixels, labels


def test_stl10_files_are_read(tmp_path):
    pixels, labels = write_stl10(tmp_path)
    source = load("stl10", tmp_path)
    check(source, pixels, labels)
    assert source.classes == STL10


def test_stl10_archive_is_unpacked_where_it_lies(tmp_path, monkeypatch):
    import torchvision.datasets

    published = torchvision.datasets.STL10
    pixels, labels = write_stl10(tmp_path)
    for part in ("train", "test"):
        files = [[f"{part}_{kind}.bin", md5_of(tmp_path / f"stl10_binary/{part}_{kind}.bin")] for kind in "Xy"]
        monkeypatch.setattr(published, f"{part}_list", files)
    monkeypatch.setattr(published, "tgz_md5", pack(tmp_path, "stl10_binary", published.filename))
    check(load("stl10", tmp_path), pixels, labels)


def test_offline_the_stl10_archive_is_named(tmp_path):
    write_stl10(tmp_path)
    (tmp_path / "stl10_binary/test_X.bin").unlink()
    advice = rf"Put stl10_binary\.tar\.gz \(MD5 91f7\w+\) into {tmp_path}, from http://\S+\.gz$"
    with pytest.raises(ConfigError, match=rf"^dataset \(stl10\): {OFFLINE} {advice}"):
        load("stl10", tmp_path)


def test_truncated_stl10_file_is_named(tmp_path):
    write_stl10(tmp_path)
    file = tmp_path / "stl10_binary/train_X.bin"
    whole = file.read_bytes()
    file.write_bytes(whole[:-5])
    with pytest.raises(
        ConfigError, match=r"^dataset \(stl10\): '\S+/train_X\.bin' is damaged: 82939 bytes\. Delete it"
    ):
        load("stl10", tmp_path)
    file.write_bytes(whole[: -3 * 96 * 96])
    with pytest.raises(
        ConfigError, match=r"'\S+/train_\*\.bin' do not belong together: 2 images, 3 labels of 0 to 9\."
    ):
        load("stl10", tmp_path)
