"""The first layer's filters, and what the stages of a network make of an image, as gray and colour tiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from cnnlab.networks.models.stages import feature_maps

MOST_FILTERS = 64
MOST_STAGES, CHANNELS = 6, 8
"""Stages that are shown, of more evenly over the depth; and of each the first so many maps."""
_SHOWN_PERCENT = (0.5, 99.5)  # of a row's values, as in plots/feature_maps.py
_GRAY_OR_COLOUR = (1, 3)

Tile = NDArray[np.uint8]
"""(C, h, w), C = 1 or 3"""


@dataclass(frozen=True)
class Filters:
    """The weights of the first convolution."""

    layer: str
    number: int
    """Of all its filters."""
    tiles: tuple[Tile, ...]
    """The first MOST_FILTERS: middle gray is 0, black and white the largest weight of the filter, either way."""


@dataclass(frozen=True)
class StageRow:
    """The first maps behind a stage, in shades that mean the same along the row."""

    stage: str
    shape: tuple[int, int, int]
    tiles: tuple[Tile, ...]


def first_filters(network: nn.Module) -> Filters | str:
    """Return the filters of a network's first convolution, or why they cannot be looked at."""
    found = ((name, each) for name, each in network.named_modules() if isinstance(each, nn.Conv2d))
    name, layer = next(found, (None, None))
    if name is None or layer is None:
        return "the network has no convolutions"
    weights = layer.weight.detach().float().cpu()
    if min(weights.shape[2:]) < 2:
        return f"those of {name} are 1x1: they have no shape"
    if weights.shape[1] not in _GRAY_OR_COLOUR:
        return f"those of {name} see {weights.shape[1]} channels, no image"
    largest = weights.abs().amax((1, 2, 3), keepdim=True).clamp_min(1e-12)
    shades = (127.5 * (1 + weights / largest)).round().byte().numpy()
    return Filters(name, len(weights), tuple(shades[:MOST_FILTERS]))


def stage_rows(network: nn.Module, image: Tensor) -> list[StageRow]:
    """Return what the stages of a network make of an image, float (C, H, W) as the network takes it."""
    found = feature_maps(network, image[None])
    places = np.linspace(0, len(found) - 1, min(len(found), MOST_STAGES)).round().astype(int)
    return [_row(*found[place]) for place in places]


def _row(stage: str, maps: Tensor) -> StageRow:
    values = np.nan_to_num(maps[0, :CHANNELS].cpu().numpy())
    low, high = np.percentile(values, _SHOWN_PERCENT)
    shades = (255 * np.clip((values - low) / max(high - low, 1e-12), 0, 1)).round().astype(np.uint8)
    _, channels, height, width = maps.shape
    return StageRow(stage, (channels, height, width), tuple(shades[:, None]))


def example_per_class(targets: Sequence[int], most: int) -> list[int]:
    """Return the position of the first image of each class, of the first so many classes that have one."""
    first: dict[int, int] = {}
    for position, target in enumerate(targets):
        first.setdefault(target, position)
    return [first[target] for target in sorted(first)[:most]]
