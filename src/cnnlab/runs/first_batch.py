"""The first training images as the network is given them: by the same draws, on the CPU, changing nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from cnnlab.building.learning import build_augmentation
from cnnlab.building.parts import ImageSpec
from cnnlab.config.run_config import RunConfig
from cnnlab.data.batches import Batches
from cnnlab.data.image_normalization import Normalization
from cnnlab.data.stores import Data
from cnnlab.outputs.first_batch import FirstBatch
from cnnlab.training.losses import LOSSES
from cnnlab.training.metric_losses import as_feature_loss

_SHOWN = 24  # images
_LARGEST = 128  # pixels a side; the picture has room for no more


@torch.no_grad()
def first_batch(config: RunConfig, data: Data, images: ImageSpec) -> FirstBatch:
    """Return the first images of the first epoch.

    Every draw belongs to a position in the epoch, so these are the images that training begins with, whatever the
    batch size. Of a head that is not trained in steps they are some of its training images.

    Args:
        config: of the run.
        data: its splits.
        images: how they are prepared.
    """
    batches = Batches(data.train, _SHOWN, prepare=images.prepare, device=torch.device("cpu"))
    pieces = batches.epoch(
        0, seed=config.seed, augmentation=build_augmentation(config.augmentation), shuffle=config.dataset.shuffle,
        images_per_class=_images_per_class(config),
    )  # fmt: skip
    prepared, targets, _ = next(iter(pieces))
    pixels = _as_pixels(prepared[:_SHOWN], images.normalization)
    return FirstBatch(pixels, _captions(targets[:_SHOWN], data.classes), images.image_size)


def _images_per_class(config: RunConfig) -> int | None:
    if config.loss is None:
        return None
    feature_loss = as_feature_loss(LOSSES[config.loss.name](2, **config.loss.options))
    return None if feature_loss is None else feature_loss.images_per_class


def _as_pixels(prepared: Tensor, normalization: Normalization) -> NDArray[np.uint8]:
    """Take the normalization back.

    Shape:
        float32 (N, C, H, W) -> uint8 (N, C, h, w), large images made smaller.
    """
    mean, std = (torch.tensor(values).view(-1, 1, 1) for values in (normalization.mean, normalization.std))
    if max(prepared.shape[2:]) > _LARGEST:
        prepared = F.interpolate(prepared, (_LARGEST, _LARGEST), mode="bilinear", antialias=True)
    pixels: NDArray[np.uint8] = (255 * (prepared * std + mean)).round().clamp(0, 255).byte().contiguous().numpy()
    return pixels


def _captions(targets: Tensor, classes: Sequence[str]) -> list[str]:
    """Return what each image is taught as: its class, or the two that it is mixed of.

    Shape:
        int64 (N,), or float32 (N, K) of mixed images.
    """
    if targets.ndim == 1:
        return [classes[label] for label in targets.tolist()]
    parts, labels = targets.topk(2)
    return [
        classes[one] if part > 0.995 else f"{classes[one]} {100 * part:.0f} %, {classes[other]}"
        for (part, _), (one, other) in zip(parts.tolist(), labels.tolist())
    ]
