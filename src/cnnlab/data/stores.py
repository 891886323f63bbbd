"""Images in stores that have names, the splits that take rows of them, and what a run uses of a data set."""

from __future__ import annotations

import dataclasses
import functools
import weakref
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from cnnlab.data.duplicates import Duplicates, Leak
from cnnlab.data.image_normalization import Normalization, measure_normalization


@dataclass(frozen=True, eq=False)
class Store:
    """Images that lie together."""

    name: str
    """No other store of the data set is called so."""
    images: Tensor
    """uint8 (M, C, H, W)."""
    is_mapped: bool = False
    """Whether they are a file that is mapped into memory: it takes none that is needed otherwise."""
    _elsewhere: dict[torch.device, weakref.ref[Tensor]] = field(default_factory=dict)
    """The images on other devices, as long as a run has them there."""

    def images_on(self, device: torch.device) -> Tensor | None:
        """Return the images on another device where a run has them there, else None."""
        known = self._elsewhere.get(device)
        return None if known is None else known()

    def on(self, device: torch.device) -> Store:
        """Return the store on another device; runs that go abreast share its images there."""
        images = self.images_on(device)
        if images is None:
            images = self.images.to(device)
            self._elsewhere[device] = weakref.ref(images)
        return Store(self.name, images)


@dataclass(frozen=True, eq=False)
class Split:
    """Labelled images: rows of a store that several splits may share."""

    store: Store
    labels: Tensor
    """int64 (N,) in [0, number of classes)."""
    rows: Tensor
    """int64 (N,): where in the store the images of the split are; `labels[i]` belongs to `images[rows[i]]`."""

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def images(self) -> Tensor:
        """All images of the store, uint8 (M, C, H, W)."""
        return self.store.images


def whole(name: str, images: Tensor, labels: Tensor) -> Split:
    """Return the split that is all of a store of its own.

    Shape:
        images (N, C, H, W), labels (N,).
    """
    return Split(Store(name, images), labels, torch.arange(len(labels)))


def stores_of(splits: Iterable[Split]) -> dict[str, Store]:
    """Return the stores of some splits by name, in the order of the splits.

    Raises:
        ValueError: two have the same name.
    """
    stores: dict[str, Store] = {}
    for split in splits:
        if stores.setdefault(split.store.name, split.store) is not split.store:
            raise ValueError(f"store: two are called '{split.store.name}'. Give each of a data set a name of its own.")
    return stores


@dataclass(frozen=True, eq=False)
class ImageFolder:
    """Image files, row by row of the store that holds their pixels."""

    root: Path
    """The folder that the paths start from."""
    paths: tuple[str, ...]
    corrupt: Mapping[str, str]
    """By path, why a file could not be decoded."""


@dataclass(frozen=True, eq=False)
class Source:
    """A data set as it comes."""

    train: Split
    classes: tuple[str, ...]
    val: Split | None = None
    test: Split | None = None
    notes: tuple[str, ...] = ()
    """What the user should know about the images; a sentence each."""
    files: tuple[str, ...] | None = None
    """Where each image of the store that all splits share comes from; None where images are no files."""
    folder: ImageFolder | None = None
    """The folder that these files lie in; None for a data set of arrays."""
    duplicates: Duplicates | None = None
    """Which images of the store that all splits share show the same; None where no one has looked."""

    @property
    def splits(self) -> dict[str, Split]:
        """The splits that there are, by name."""
        return _by_name(self.train, self.val, self.test)


@dataclass(frozen=True, eq=False)
class Data:
    """What a run uses."""

    train: Split
    val: Split | None
    test: Split
    classes: tuple[str, ...]
    notes: tuple[str, ...]
    test_files: tuple[str, ...] | None = None
    """File of each image of the test split; None where images are no files."""
    leaks: Mapping[str, Leak] = field(default_factory=dict)
    """Of the test and the validation split: what of it is trained on; nothing where no one has looked."""
    read_size: int | None = None
    """Height, in pixels, that the images had before they were scaled in memory; None: they were not."""

    @property
    def splits(self) -> dict[str, Split]:
        """The splits that there are, by name."""
        return _by_name(self.train, self.val, self.test)

    @property
    def stores(self) -> dict[str, Store]:
        """The stores of the splits by name, in the order of the splits."""
        return stores_of(self.splits.values())

    @property
    def class_counts(self) -> list[int]:
        """How many images of each class the splits hold together."""
        labels = torch.cat([split.labels for split in self.splits.values()])
        counts: list[int] = torch.bincount(labels, minlength=len(self.classes)).tolist()
        return counts

    @functools.cached_property
    def normalization(self) -> Normalization:
        """Mean and deviation of the training images, measured when first asked for."""
        return measure_normalization(self.train.images, self.train.rows)

    def with_stores(self, stores: Mapping[str, Store]) -> Data:
        """Return the same splits of other stores, which have the names of the old ones."""
        train, test = (dataclasses.replace(split, store=stores[split.store.name]) for split in (self.train, self.test))
        val = None if self.val is None else dataclasses.replace(self.val, store=stores[self.val.store.name])
        return dataclasses.replace(self, train=train, val=val, test=test)


def _by_name(train: Split, val: Split | None, test: Split | None) -> dict[str, Split]:
    splits = {"train": train, "val": val, "test": test}
    return {name: split for name, split in splits.items() if split is not None}
