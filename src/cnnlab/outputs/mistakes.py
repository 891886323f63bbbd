"""mistakes.npz: the test images that a run misclassified most confidently."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnlab.base.metrics import Ints
from cnnlab.outputs.files import regular_file, replacing
from cnnlab.outputs.run_folder import RunFolder


@dataclass(frozen=True)
class Mistakes:
    """The test images that were misclassified most confidently, worst first."""

    images: NDArray[np.uint8]
    """(k, C, H, W), k <= 24"""
    index: Ints
    """(k,) positions in the test split"""


def write_mistakes(folder: RunFolder, mistakes: Mistakes) -> None:
    """Keep the pictures."""
    with replacing(folder.mistakes, look=folder.look) as file:
        np.savez(file, images=mistakes.images, index=mistakes.index)


def read_mistakes(folder: RunFolder) -> Mistakes:
    """Return the pictures. Never runs code.

    Raises:
        OSError: there are none.
        ValueError, KeyError, BadZipFile: it is no such file.
    """
    with np.load(regular_file(folder.mistakes), allow_pickle=False) as arrays:
        return Mistakes(images=arrays["images"], index=arrays["index"])
