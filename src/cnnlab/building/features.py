"""What a frozen backbone sees: computed once for all images that a study uses, shared by every head and subset."""

from __future__ import annotations

import dataclasses
import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from cnnlab.base.drafts import made_once, remove_abandoned
from cnnlab.base.progress import Progress
from cnnlab.base.runtime import Runtime
from cnnlab.building.parts import ImageSpec
from cnnlab.data.batches import Batches
from cnnlab.data.stores import Split, Store, stores_of
from cnnlab.networks.transfer.network import Backbone
from cnnlab.networks.transfer.weights import hash_module
from cnnlab.outputs.files import replacing

VERSION = 3
"""Goes into every key; raised when the same backbone comes to give other features."""
_PIXELS = {"cpu": 2**19, "cuda": 2**20}
"""Per batch, by device: 10 images of 224 x 224 on a CPU; more do not fit its caches and the memory that is held."""


@dataclass(frozen=True)
class Features:
    """What a backbone sees of the splits of a run."""

    of: dict[str, Tensor]
    """Name of a split -> float32 (N, D)."""
    seconds: float
    """That computing them took, or would take; 0 where they were kept."""
    note: str
    """Where they come from, in words."""


@dataclass(frozen=True)
class Extraction:
    """How features are computed, and where they are kept."""

    backbone: Backbone
    images: ImageSpec
    runtime: Runtime
    folder: Path
    """Gets `<key>.npy`: float32 (N, D), or the bits of bfloat16 as uint16 (N, D) where no other bit is set."""
    data_key: str
    """Stands for the content of the data set."""
    progress: Progress | None
    obtain: ObtainFeatures
    """How those are had that are not there yet."""

    def features_of(self, wanted: Mapping[str, Split], used: Sequence[Split]) -> Features:
        """Return the features of each wanted split, kept ones or new ones.

        Args:
            wanted: by name; parts of `used`.
            used: all images that runs with other heads, seeds and subsets want of the same data. They are computed
                together, image by image in the order of their store, so that neither the splits nor a subset matter.
        """
        stores = stores_of(used)
        rows = {
            name: torch.cat([split.rows for split in used if split.store.name == name]).unique()  # type: ignore[no-untyped-call]
            for name in stores
        }
        weights_key = hash_module(self.backbone)
        files = {
            name: self.folder / f"{self._key(weights_key, number, rows[name])}.npy"
            for number, name in enumerate(stores)
        }
        kept = {name: _load(file, len(rows[name])) for name, file in files.items()}
        total = sum(len(rows[name]) for name, features in kept.items() if features is None)
        features, computed, seconds = {}, 0, 0.0
        for name, store in stores.items():
            if (known := kept[name]) is None:
                part = dataclasses.replace(self, progress=_part_of(self.progress, computed, total))
                known, took = self.obtain(part, files[name], store, rows[name])
                seconds, computed = seconds + took, computed + (len(known) if took else 0)
            features[name] = known
        found = {
            name: features[split.store.name][torch.searchsorted(rows[split.store.name], split.rows)]
            for name, split in wanted.items()
        }
        how = f"{computed:,} computed, {computed / seconds:,.0f} images/s" if computed else "kept from an earlier run"
        return Features(found, seconds, f"{self.backbone.num_features} features per image, {how}")

    def compute(self, store: Store, rows: Tensor) -> tuple[Tensor, float]:
        """Return the features of some rows of a store, float32 (N, D), and the seconds that they took."""
        began = time.perf_counter()
        return self._compute(store, rows), time.perf_counter() - began

    @torch.inference_mode()
    def _compute(self, store: Store, rows: Tensor) -> Tensor:
        device, autocast = self.runtime.device, self.runtime.autocast
        backbone = self.backbone.eval().to(device).to(memory_format=torch.channels_last)
        size = max(1, _PIXELS[device.type] // self.images.image_size**2)
        split = Split(store, torch.zeros_like(rows), rows)
        result = torch.empty(len(rows), backbone.num_features)
        done = 0
        # Around all batches: what autocast makes of the weights is kept until it ends.
        with torch.autocast(device.type, dtype=autocast, enabled=autocast is not None):
            for batch, _ in Batches(split, size, prepare=self.images.prepare, device=device).in_order():
                if self.progress is not None:
                    self.progress("computing features", done, len(rows))
                result[done : done + len(batch)] = backbone(batch)  # waits for the device; the batch is large
                done += len(batch)
        if self.progress is not None:
            self.progress("computing features", done, len(rows))
        return result

    def _key(self, weights_key: str, number: int, rows: Tensor) -> str:
        """Return 16 hex digits for all that the features of a store's rows follow from."""
        seen = dataclasses.replace(self.images, classes=())
        parts = (VERSION, weights_key, self.data_key, number, seen, self.runtime.precision)
        text = f"{parts}".encode() + rows.numpy().tobytes()
        return hashlib.blake2b(text, digest_size=8).hexdigest()


ObtainFeatures = Callable[[Extraction, Path, Store, Tensor], tuple[Tensor, float]]
"""(extraction, file that keeps them, store, rows) -> features of the rows, float32 (N, D), and the seconds they take"""


def compute_and_keep(extraction: Extraction, file: Path, store: Store, rows: Tensor) -> tuple[Tensor, float]:
    """Compute the features of all rows, and keep them for the runs to come; 0 seconds where another process has."""
    with made_once(file):
        if (kept := _load(file, len(rows))) is not None:
            return kept, 0.0
        features, seconds = extraction.compute(store, rows)
        remove_abandoned(file.parent)
        with replacing(file) as opened:
            # Not by np.save: where the disk is full, its error does not say so.
            array = np.ascontiguousarray(_shortened(features).numpy())
            np.lib.format.write_array_header_1_0(opened, np.lib.format.header_data_from_array_1_0(array))
            opened.write(array.data)
        return features, seconds


def _part_of(progress: Progress | None, before: int, total: int) -> Progress | None:
    """Return what tells how far a part is as how far all of it is, of which so much is done before."""
    if progress is None:
        return None
    tell = progress
    return lambda what, done, _: tell(what, before + done, total)


def _shortened(features: Tensor) -> Tensor:
    """Return what a network that computes in bf16 gives by its bits alone, uint16; other features as they are."""
    short = features.bfloat16()
    return short.view(torch.uint16) if torch.equal(short.float(), features) else features


def _load(file: Path, num_images: int) -> Tensor | None:
    """Return what is kept; None where there is nothing, or nothing whole."""
    try:
        features = np.load(file, mmap_mode="c")
    except (OSError, EOFError, ValueError):
        return None
    if features.ndim != 2 or len(features) != num_images:
        return None
    kept = torch.from_numpy(features)
    return kept.view(torch.bfloat16).float() if kept.dtype == torch.uint16 else kept
