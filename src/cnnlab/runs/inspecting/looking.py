"""One pass over images of a split: what the network says of each, its features, and which units stand still."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cnnlab.base.metrics import Ints
from cnnlab.base.runtime import Runtime
from cnnlab.building.saved_network import SavedNetwork
from cnnlab.data.batches import Batches
from cnnlab.data.stores import Split
from cnnlab.runs.inspecting.units import LayerUnits, counting
from cnnlab.training.evaluation import casting

_PIXELS = {"cpu": 2**19, "cuda": 2**23}  # of a batch and channel, as where a run evaluates

Floats32 = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Looked:
    """Images of a split, and what the network made of them."""

    name: str
    """Of the split, in words."""
    split: Split
    """All of it."""
    places: Ints
    """(N,) of the images that were looked at, in the split, ascending"""
    targets: Ints
    """(N,)"""
    outputs: Floats32
    """(N, K) logits, or decision values"""
    features: Floats32
    """(N, D) what the classifier, or the head, is given"""
    units: tuple[LayerUnits, ...]
    files: tuple[str, ...] | None
    """Of all images of the split; None where images are no files."""

    def image(self, place: int) -> Tensor:
        """Return an image of the split as it was read, uint8 (C, h, w)."""
        return self.split.images[self.split.rows[place]].cpu()

    def called(self, place: int) -> str:
        """Return the file of an image, or which one it is."""
        return f"{self.name} image {place}" if self.files is None else self.files[place]


def look(
    name: str, split: Split, files: tuple[str, ...] | None, trained: SavedNetwork, runtime: Runtime, *, most: int,
    tell: Callable[[int, int], None],
) -> Looked:  # fmt: skip
    """Show a network the images of a split, or so many of them evenly over the split.

    Args:
        name: of the split, in words.
        split: all of it.
        files: of its images, where they are files.
        trained: its network is on the runtime's device.
        runtime: where and how to compute.
        most: images that are shown.
        tell: called with (done, total) before each batch.
    """
    places = torch.from_numpy(spread_over(len(split), most))
    chosen = Split(split.store, split.labels[places], split.rows[places])
    size = max(1, _PIXELS[runtime.device.type] // trained.images.image_size**2)
    batches = Batches(chosen, size, prepare=trained.images.prepare, device=runtime.device)
    outputs, features, done = [], [], 0
    with torch.inference_mode(), counting(trained.network) as tally:
        for images, _ in batches.in_order():
            tell(done, len(places))
            tally.begin_pass()
            with casting(images, runtime.autocast):
                found = trained.network.features(images)
                said = trained.network.classifier(found)
            outputs.append(said.float().cpu())
            features.append(found.float().cpu())
            done += len(images)
    return Looked(
        name, split, places.numpy(), chosen.labels.cpu().numpy(), torch.cat(outputs).numpy(),
        torch.cat(features).numpy(), tuple(tally.layers()), files,
    )  # fmt: skip


def spread_over(number: int, most: int) -> Ints:
    """Return all positions of so many, or as many as there may be, evenly over them."""
    count = min(number, most)
    places: Ints = np.arange(count, dtype=np.int64) * number // count
    return places
