"""Images that a run learns from and is judged by: they make it look better than it is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cnnlab.data.duplicates import Duplicates, Ints, Leak
from cnnlab.data.stores import Split

BEGINNING = "leak: "
"""Of the note that says it."""
_WORDS = {"test": "test", "val": "validation"}


def find_leaks(duplicates: Duplicates | None, *, train: Split, val: Split | None, test: Split) -> dict[str, Leak]:
    """Return how many images of the test and the validation split show what a training image shows.

    Args:
        duplicates: among the images of the store that all splits share; None where no one has looked.
        train: as the run learns from it.
        val: likewise.
        test: likewise.

    Returns:
        Split -> its leak; nothing of one that has none.
    """
    if duplicates is None:
        return {}
    found = {}
    for name, split in {"test": test, "val": val}.items():
        if split is not None and (num := _num_seen(duplicates.near, split, train)):
            found[name] = Leak(num, _num_seen(duplicates.equal, split, train), len(split))
    return found


def _num_seen(groups: Ints, split: Split, train: Split) -> int:
    """Return how many images of a split are in a group with a training image."""
    own, trained = groups[split.rows.numpy()], groups[train.rows.numpy()]
    return int(np.isin(own, trained[trained >= 0]).sum())


def leak_notes(leaks: Mapping[str, Leak]) -> list[str]:
    """Say what of the splits is trained on."""
    told = [
        f"{leak.num:,} of {leak.num_images:,} {_WORDS[name]} images ({leak.num_equal:,} pixel by pixel)"
        for name, leak in leaks.items()
    ]
    return [f"{BEGINNING}{' and '.join(told)} are training images too; cnnlab data shows them"] if told else []
