"""Images that a run learns from and is judged by: they make it look better than it is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cnnlab.data.duplicates import Duplicates, Ints
from cnnlab.data.stores import Split


def leak_notes(duplicates: Duplicates | None, *, train: Split, val: Split | None, test: Split) -> list[str]:
    """Say how many images of the validation and the test split show what a training image shows.

    Args:
        duplicates: among the images of the store that all splits share; None where no one has looked.
        train: as the run learns from it.
        val: likewise.
        test: likewise.
    """
    if duplicates is None:
        return []
    found = []
    for name, split in {"test": test, "validation": val}.items():
        if split is not None and (num := int(seen(duplicates.near, split, train).sum())):
            num_equal = int(seen(duplicates.equal, split, train).sum())
            found.append(f"{num:,} of {len(split):,} {name} images ({num_equal:,} pixel by pixel)")
    return [f"leak: {' and '.join(found)} are training images too; cnnlab data shows them"] if found else []


def seen(groups: Ints, split: Split, train: Split) -> npt.NDArray[np.bool_]:
    """Tell which images of a split are in a group with a training image, bool (N,)."""
    own, trained = groups[split.rows.numpy()], groups[train.rows.numpy()]
    return np.isin(own, trained[trained >= 0])
