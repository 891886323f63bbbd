"""Scaling of images, bilinear with antialiasing, a few at a time."""

from __future__ import annotations

import dataclasses

import torch
import torch.nn.functional as F
from torch import Tensor

from cnnlab.data.splits import Data, Split

_CHUNK = 256  # images per float copy, at most
_CHUNK_PIXELS = 2**22  # per float copy and channel: 16 MiB


def resize_used(data: Data, size: int) -> Data:
    """Scale the images that the splits use, of every store that is not size x size yet."""
    splits = [split for split in (data.train, data.val, data.test) if split is not None]
    resized: dict[int, Split] = {}
    for store in {id(split.images): split.images for split in splits}.values():
        if store.shape[2:] == (size, size):
            continue
        sharing = [split for split in splits if split.images is store]
        rows = torch.unique(torch.cat([split.rows for split in sharing]))  # ascending
        images = resize(store, rows, size)
        resized |= {id(split): Split(images, split.labels, torch.searchsorted(rows, split.rows)) for split in sharing}
    train, test = (resized.get(id(split), split) for split in (data.train, data.test))
    val = None if data.val is None else resized.get(id(data.val), data.val)
    return dataclasses.replace(data, train=train, val=val, test=test)


def resize(images: Tensor, rows: Tensor, size: int) -> Tensor:
    """Scale some images, bilinear with antialiasing, a few at a time.

    Shape:
        (M, C, H, W) in [0, 255], rows int64 (N,) -> uint8 (N, C, size, size).
    """
    result = torch.empty(len(rows), images.shape[1], size, size, dtype=torch.uint8)
    chunk = min(max(_CHUNK_PIXELS // size**2, 1), _CHUNK)
    for chosen, target in zip(torch.split(rows, chunk), torch.split(result, chunk)):
        scaled = F.interpolate(images[chosen].float(), (size, size), mode="bilinear", antialias=True)
        target.copy_(scaled.round_().clamp_(0, 255))
    return result
