"""Pictures that look like photographs to whoever compares images: smooth, each another one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image


def scene(number: int, *, size: int = 64) -> Image.Image:
    """Return an RGB picture of some colours that blend into each other; no two numbers are alike."""
    draw = np.random.default_rng(number)
    coarse = Image.fromarray(draw.integers(0, 256, (8, 8, 3), dtype=np.uint8))
    return coarse.resize((size, size), Image.Resampling.BICUBIC)


def pixels(*images: Image.Image) -> npt.NDArray[np.uint8]:
    """Return pictures of one size in one array, (N, H, W, C)."""
    stacked = np.stack([np.asarray(image) for image in images])
    return stacked if stacked.ndim == 4 else stacked[..., None]
