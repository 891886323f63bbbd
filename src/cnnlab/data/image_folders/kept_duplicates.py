"""Which images of a folder show the same: found once, and kept beside the decoded images. Imports no torch."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np

from cnnlab.base.drafts import draft_of
from cnnlab.base.progress import Progress
from cnnlab.data.duplicates import Duplicates, Ints, find_duplicates
from cnnlab.data.fingerprints import Pixels

_FILE = "duplicates-1.npy"  # another number where they are found in another way
_MANY = 2000  # images, from which it takes a moment


def kept_duplicates(folder: Path, images: Pixels, *, progress: Progress | None = None) -> Duplicates:
    """Return which decoded images show the same, as it is kept; find and keep it where it is not.

    Args:
        folder: of the decoded images.
        images: uint8 (N, H, W, C).
        progress: told of what takes a moment.
    """
    file = folder / _FILE
    if (kept := _read(file, len(images))) is not None:
        return Duplicates(*kept)
    if progress is not None and len(images) >= _MANY:
        progress("looking for duplicates", 0, 1)
    found = find_duplicates(images)
    if progress is not None and len(images) >= _MANY:
        progress("looking for duplicates", 1, 1)
    _keep(file, np.stack([found.equal, found.near]))
    return found


def _read(file: Path, num_images: int) -> Ints | None:
    """Return what is kept; None where there is nothing, or nothing whole."""
    try:
        kept: Ints = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return kept if kept.shape == (2, num_images) and kept.dtype == np.int32 else None


def _keep(file: Path, groups: Ints) -> None:
    draft = draft_of(file)
    with contextlib.suppress(OSError):  # a cache that may not be written: they are found again next time
        try:
            with draft.open("wb") as opened:
                np.save(opened, groups)
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)
