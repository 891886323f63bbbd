"""Images that a finished run was tested on, for those who show them. Torch is imported only where it is needed."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.base.hashing import FileHashes
from cnnlab.base.printing import harmless
from cnnlab.base.schema import PlainMapping
from cnnlab.config.run_config import kept_in
from cnnlab.outputs.files import read_table, regular_file
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.summary_file import look_up
from cnnlab.runs.saved_config import saved_config

_LARGEST = 128  # pixels: files are decoded to be looked at


def pictures_of(folder: RunFolder, index: Sequence[int]) -> list[NDArray[np.uint8]]:
    """Return images of a finished run's test split, out of its data set. Nothing is downloaded or cached.

    Args:
        folder: of the run.
        index: positions in the test split.

    Returns:
        (C, H, W) each: image files cut as the run cut them, but at most 128 pixels high; others as the data set has
        them.

    Raises:
        ConfigError: the data is not here, or is not what the run was tested on; or the run had plugins, which are code.
        RunError: a file of the run cannot be read.
    """
    try:
        table = read_table(folder.predictions, only=("target", "file"))
        targets, files = table.column("target"), table.column("file") if "file" in table.header else None
    except (OSError, ValueError, csv.Error) as error:
        raise RunError(f"{folder.predictions}: cannot be read, {str(error).removesuffix('.')}.") from error
    return _taken(folder, targets, index) if files is None else _decoded(folder, [files[place] for place in index])


def _decoded(folder: RunFolder, files: Sequence[str]) -> list[NDArray[np.uint8]]:
    from cnnlab.data.image_folders.archives import unpacked
    from cnnlab.data.image_folders.published import images_root

    config = folder.read_config()  # three of its values: to load it takes torch, and seconds
    name, root, image_size = (look_up(config, f"dataset.{key}") for key in ("name", "root", "image_size"))
    data_dir = Path(str(config.get("data_dir")))
    place = None if root is None else unpacked(Path(str(root)), cache_dir=_cache_dir(config), hashes=FileHashes())
    above = images_root(str(name), place, data_dir=data_dir)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of oddities that it copes with
        return [_decode(above / file, image_size if isinstance(image_size, int) else None) for file in files]


def _cache_dir(config: PlainMapping) -> Path:
    given = config.get("cache_dir")
    return kept_in(None if given is None else Path(str(given)), data_dir=Path(str(config.get("data_dir"))))


def _decode(path: Path, image_size: int | None) -> NDArray[np.uint8]:
    from cnnlab.data.image_folders.decoding import decode, read_header
    from cnnlab.data.image_folders.reasons import reason

    try:
        header = read_header(regular_file(path))
        side = min(image_size or min(header.width, header.height), _LARGEST)
        return decode(path, 3, side, side)
    except Exception as error:  # on damaged files Pillow raises nearly anything
        raise ConfigError(f"dataset.root: cannot be read, '{path}' ({reason(path, error)}).") from error


def _taken(folder: RunFolder, targets: Sequence[str], index: Sequence[int]) -> list[NDArray[np.uint8]]:
    from cnnlab.building.data import read_unscaled

    config = saved_config(folder, None)
    data = read_unscaled(config)
    names, test = [harmless(name) for name in data.classes], data.test  # as the file has them
    if [names[label] for label in test.labels.tolist()] != targets:
        raise ConfigError(f"dataset ({config.dataset.name}): is not what the run was tested on.")
    images: NDArray[np.uint8] = test.images[test.rows[list(index)]].numpy()
    return list(images)
