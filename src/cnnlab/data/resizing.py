"""Scaling of images, bilinear with antialiasing, a few at a time."""

from __future__ import annotations

import dataclasses

import torch
import torch.nn.functional as F
from torch import Tensor

from cnnlab.data.stores import Data, Split, Store

_CHUNK = 256  # images per float copy, at most
_CHUNK_PIXELS = 2**22  # per float copy and channel: 16 MiB


def resize_used(data: Data, size: int) -> Data:
    """Scale the images that the splits use, of every store that is not size x size yet."""
    splits = data.splits
    for store in data.stores.values():
        if store.images.shape[2:] == (size, size):
            continue
        sharing = {name: split for name, split in splits.items() if split.store.name == store.name}
        rows = torch.unique(torch.cat([split.rows for split in sharing.values()]))  # ascending
        used = Store(store.name, resize(store.images, rows, size))
        for name, split in sharing.items():
            splits[name] = Split(used, split.labels, torch.searchsorted(rows, split.rows))
    return dataclasses.replace(data, train=splits["train"], val=splits.get("val"), test=splits["test"])


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
