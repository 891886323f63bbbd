"""Whether an exported model answers as the run that it was made of: asked before the file is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.config.run_config import RunConfig
from cnnlab.runs.exporting.whole_run import WholeRun
from cnnlab.runs.tested_images import load_test_images

NOTED, MOST = 1e-4, 1e-2
"""Relative deviation of the outputs beyond which a line is said, and beyond which a model is refused.

Rounding in fp32 makes a hundredth of the first in networks that have learnt something; it is magnified where batch norm
divides by deviations near 0. The second is more than rounding to bf16 makes.
"""
_NUM_IMAGES = 32

Outputs = npt.NDArray[np.float32]
"""(N, K)"""
Model = Callable[[Tensor], Outputs]
"""pixels uint8 (N, C, S, S) -> outputs"""


@dataclass(frozen=True)
class Deviation:
    """How far the outputs of a model are from those of the run."""

    absolute: float
    """The largest."""
    relative: float
    """The largest, each image's divided by the largest of its outputs."""
    num_same: int
    """Images of which the likeliest class is the same."""
    num_images: int


def deviation(found: Outputs, expected: Outputs) -> Deviation:
    """Compare outputs (N, K); what is no number deviates without end."""
    apart = np.nan_to_num(np.abs(found - expected), nan=np.inf).max(1)
    same = int((found.argmax(1) == expected.argmax(1)).sum())
    largest = np.abs(expected).max(1).clip(np.finfo(np.float32).tiny)
    return Deviation(float(apart.max()), float((apart / largest).max()), same, len(expected))


def check_model(run: WholeRun, config: RunConfig, model: Model) -> Sequence[str]:
    """Return the lines that say how far a model's outputs are from the run's, both in fp32, on test images.

    One image alone, then the others together: a model takes any number.

    Raises:
        RunError: they are farther apart than rounding explains.
    """
    pixels, which = _images(run, config)
    with torch.inference_mode():
        expected = run.trained.network(run.trained.images.prepare(pixels)).float().numpy()
    apart = deviation(np.concatenate([model(pixels[:1]), model(pixels[1:])]), expected)
    said = f"{apart.absolute:.1e}, relative {apart.relative:.1e}"
    if apart.relative > MOST:
        raise RunError(
            f"--format: the file would not answer as {run.run_id}: on {which} its outputs deviate by up to {said}, "
            f"more than {MOST:g}, so nothing is written. Take --format cnnlab or safetensors."
        )
    line = f"check    {which}: outputs deviate by {said}; {apart.num_same} of {apart.num_images} answers the same"
    if apart.relative <= NOTED:
        return (line,)
    return (
        line,
        f"note     more than {NOTED:g}: rounding matters a lot in this network, which may have learnt little.",
    )


def _images(run: WholeRun, config: RunConfig) -> tuple[Tensor, str]:
    """Return images of the test split, evenly spread, or noise where it is gone; and which they are."""
    images = run.trained.images
    try:
        test = load_test_images(config, images).test
    except ConfigError:
        shape = (_NUM_IMAGES, images.channels, images.stored_size, images.stored_size)
        noise = torch.randint(256, shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
        return noise, f"{_NUM_IMAGES} images of noise (the run's data is not here)"
    places = torch.linspace(0, len(test.rows) - 1, min(_NUM_IMAGES, len(test.rows))).long()
    return test.images[test.rows[places]].contiguous(), f"{len(places)} test images"
