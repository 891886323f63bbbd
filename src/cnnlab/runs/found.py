"""What a run found in its data, in lines of at most 80 columns: how many images of which classes, what was left out."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from cnnlab.base.texts import first_names
from cnnlab.building.parts import ImageSpec
from cnnlab.config.run_config import RunConfig
from cnnlab.data.stores import Data
from cnnlab.runs.scores import FULL_SCORES, TOP

_CLASSES = 8  # that are named
_MANY = 2000  # photographs, from which a network may begin to learn without any other


def data_lines(config: RunConfig, data: Data, images: ImageSpec) -> list[str]:
    """Return the lines that say what a run found: how many images, of which classes, and what was left out."""
    num_val = 0 if data.val is None else len(data.val)
    names = list(images.classes)
    if data.test_files is not None and images.classes == data.classes:  # the images of a folder are counted
        names = [f"{name} {count:,}" for name, count in zip(names, data.class_counts)]
    return [
        f"data     {config.dataset.name}{_folder(config)}{_fold(config)}: {len(data.train):,} train, "
        f"{num_val:,} validation, {len(data.test):,} test images",
        f"         {images.channels}x{images.image_size}x{images.image_size}, {_class_names(names)}",
        *(f"         {note}" for note in (*data.notes, *scores_kept(len(names)))),
        *_few(config, data),
    ]


def _few(config: RunConfig, data: Data) -> list[str]:
    """Return what to type where a network begins from nothing, and has few photographs to learn from."""
    if config.command == "transfer" or data.test_files is None or len(data.train) >= _MANY:
        return []
    root = config.dataset.options.get("root")
    words = [] if config.dataset.name == "image_folder" else [f"dataset={config.dataset.name}"]
    places = [] if root is None else [f"dataset.root={root}" if words else str(root)]
    return [
        f"         few images: {len(data.train):,} to learn from. A pretrained network does better:",
        f"         {shlex.join(['cnnlab', 'transfer', *words, *places])}",
    ]


def _class_names(classes: Sequence[str]) -> str:
    """Return how many classes there are, and the names of the first."""
    return f"{len(classes):,} classes: {first_names(classes, _CLASSES)}"


def scores_kept(num_classes: int) -> list[str]:
    """Return what is to be said of scores of so many classes."""
    if num_classes <= FULL_SCORES:
        return []
    return [f"more than {FULL_SCORES} classes: predictions.csv keeps the {TOP} best scores, so no ROC is drawn"]


def _folder(config: RunConfig) -> str:
    root = config.dataset.options.get("root")
    return "" if root is None else f" {root.expanduser().absolute().name}"


def _fold(config: RunConfig) -> str:
    dataset = config.dataset
    return "" if dataset.folds is None else f", fold {dataset.fold} of {dataset.folds}"
