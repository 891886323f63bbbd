"""Where data sets lie on a machine, before anything of them is read."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from cnnlab.data.image_folders.published import DOGS_VS_CATS_FOLDER, HYMENOPTERA, TINY_IMAGENET

_FOLDERS = {
    "mnist": "MNIST",
    "fashion_mnist": "FashionMNIST",
    "cifar10": "cifar-10-batches-py",
    "cifar100": "cifar-100-python",
    "stl10": "stl10_binary",
    "tiny_imagenet": TINY_IMAGENET.folder,
    "hymenoptera": HYMENOPTERA.folder,
    "dogs_vs_cats": DOGS_VS_CATS_FOLDER,
}
"""Data set -> its folder in the one for downloads."""
_BY_HAND = "dogs_vs_cats"


def data_folder(name: str, root: Path | None, *, data_dir: Path) -> Path | None:
    """Return the folder that a data set is read from; None for one that comes with cnnlab, or that a plugin brings.

    Args:
        name: of the data set.
        root: as the run has it.
        data_dir: where downloads go.
    """
    if root is not None:
        return root.expanduser()
    return data_dir / _FOLDERS[name] if name in _FOLDERS else None


def may_be_downloaded(name: str, root: Path | None) -> bool:
    """Tell whether a data set that is not there comes by itself, given a network."""
    return root is None and name != _BY_HAND


def image_caches(root: Path, *, cache_dir: Path) -> list[Path]:
    """Return the folders of the cache that hold the decoded images of a folder, at whatever sizes."""
    found = []
    for meta in sorted(cache_dir.glob("images/*/meta.json")):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):  # damaged: its reader makes it anew
            if Path(json.loads(meta.read_text(encoding="utf-8"))["root"]).resolve().is_relative_to(root.resolve()):
                found.append(meta.parent)
    return found
