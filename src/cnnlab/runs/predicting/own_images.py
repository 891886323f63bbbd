"""Which of some images a run knows from its own data set: by their bytes, wherever they lie now."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cnnlab.base.errors import ConfigError
from cnnlab.base.hashing import FileHashes, file_hash
from cnnlab.base.texts import printable
from cnnlab.config.run_config import RunConfig, cache_dir
from cnnlab.outputs.files import read_table
from cnnlab.outputs.run_folder import RunFolder


@dataclass(frozen=True)
class OwnImages:
    """Positions of the images that are a run's own."""

    learnt: frozenset[int]
    """Of its training and validation split: it was trained on them, or chosen by them."""
    tested: frozenset[int]
    """Of its test split."""


def own_images(config: RunConfig, run: RunFolder, files: Sequence[Path]) -> OwnImages | None:
    """Return which files hold the same bytes as one of the images that a run was made with.

    Only files of equal size are read. A run's own images that its settings left out count as learnt: which these are is
    drawn when the data is split.

    Args:
        config: of the run.
        run: whose predictions name the files of its test split.
        files: of the images.

    Returns:
        None where its images are not known: they are no files, or not there any more.
    """
    from cnnlab.data.image_folders.archives import unpacked
    from cnnlab.data.image_folders.listing import list_folder
    from cnnlab.data.image_folders.published import LAYOUTS, images_root

    root = config.dataset.options.get("root")
    if config.dataset.name not in LAYOUTS or (root is not None and not root.is_absolute()):
        return None  # of an exported run the folder's name is left
    try:
        given = None if root is None else unpacked(root, cache_dir=cache_dir(config), hashes=FileHashes())
        above = images_root(config.dataset.name, given, data_dir=config.data_dir)
        images = list_folder(above).images
    except ConfigError:
        return None
    tested, by_size = _test_files(run), defaultdict[int, list[str]](list)
    for image in images:
        by_size[image.size].append(image.path)
    kinds: dict[str, set[int]] = {"learnt": set(), "tested": set()}
    for number, file in enumerate(files):
        same = _same(file, [above / path for path in by_size.get(file.stat().st_size, ())])
        if same is not None:
            is_tested = printable(same.relative_to(above).as_posix()) in tested
            kinds["tested" if is_tested else "learnt"].add(number)
    return OwnImages(frozenset(kinds["learnt"]), frozenset(kinds["tested"]))


def _test_files(run: RunFolder) -> frozenset[str]:
    try:
        return frozenset(read_table(run.predictions, only=("file", "index")).column("file"))
    except (OSError, ValueError, csv.Error):
        return frozenset()


def _same(file: Path, others: Sequence[Path]) -> Path | None:
    """Return which of some files of equal size holds the same bytes; None: none does."""
    if not others:
        return None
    wanted = file_hash(file)
    return next((other for other in others if other.samefile(file) or file_hash(other) == wanted), None)
