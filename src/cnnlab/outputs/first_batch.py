"""first_batch.npz: the first training images as the network is given them, made to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnlab.base.printing import harmless
from cnnlab.outputs.files import regular_file, replacing
from cnnlab.outputs.run_folder import RunFolder


@dataclass(frozen=True)
class FirstBatch:
    """The first training images, in the order of the first epoch."""

    images: NDArray[np.uint8]
    """(k, C, H, W), k <= 24: augmented, with the normalization taken back."""
    captions: Sequence[str]
    """For each what it is taught as: its class, of a mixed image both with their parts."""
    size: int
    """Height and width in which the network gets them, in pixels; large ones are kept smaller."""


def write_first_batch(folder: RunFolder, batch: FirstBatch) -> None:
    """Keep the pictures."""
    captions = np.array([harmless(caption) for caption in batch.captions])
    with replacing(folder.first_batch) as file:
        np.savez(file, images=batch.images, captions=captions, size=np.int64(batch.size))


def read_first_batch(folder: RunFolder) -> FirstBatch:
    """Return the pictures. Never runs code.

    Raises:
        OSError: there are none.
        ValueError, KeyError, BadZipFile: it is no such file.
    """
    with np.load(regular_file(folder.first_batch), allow_pickle=False) as arrays:
        images, captions = arrays["images"], [str(caption) for caption in arrays["captions"]]
        if images.ndim != 4 or len(images) != len(captions):
            raise ValueError("it holds no images with a caption each")
        return FirstBatch(images, captions, int(arrays["size"]))
