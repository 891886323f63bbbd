"""Data of a run: read, split, scaled, placed, in batches."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import torch

from cnnlab.base.errors import ConfigError
from cnnlab.base.progress import Progress
from cnnlab.base.sharing import shared
from cnnlab.building.parts import ImageSpec, SplitBatches
from cnnlab.config.run_config import DatasetConfig, RunConfig, cache_dir
from cnnlab.data.batches import Batches, Normalization, imagenet_normalization, measure_normalization
from cnnlab.data.datasets import DATASETS
from cnnlab.data.resizing import resize_used
from cnnlab.data.splits import make_splits
from cnnlab.data.storage import Storage
from cnnlab.data.stores import Data, Split, Store

_EVALUATION_PIXELS = 2**19  # per batch and channel: 512 images of 32x32; larger ones leave the CPU's caches
GIB = 2**30


def load_data(config: RunConfig, progress: Progress | None = None, *, mixed_size: int | None = None) -> Data:
    """Return the data set in its splits, in the order in memory that convolutions like best.

    Args:
        config: of the run.
        progress: told of what takes long.
        mixed_size: height and width, in pixels, to which images of several sizes are brought; None: the default.
    """
    return shared("data", _data_key(config, mixed_size), lambda: _load_data(config, progress, mixed_size))


def _data_key(config: RunConfig, mixed_size: int | None) -> str:
    """Return everything that the data of a run depends on."""
    dataset = dataclasses.replace(config.dataset, memory_limit=None, shuffle=True)
    is_subset = dataset.per_class is not None or dataset.fraction is not None
    return repr((dataset, config.seed if is_subset else None, config.data_dir, cache_dir(config), mixed_size))


def _load_data(config: RunConfig, progress: Progress | None, mixed_size: int | None) -> Data:
    storage = Storage(
        data_dir=config.data_dir,
        cache_dir=cache_dir(config),
        image_size=config.dataset.image_size,
        **({} if mixed_size is None else {"mixed_size": mixed_size}),
        workers=config.workers,
        progress=progress,
    )
    data = load_dataset(config.dataset, storage, config.seed)
    return data.with_stores({name: _in_order(store) for name, store in data.stores.items()})


def _in_order(store: Store) -> Store:
    images = store.images.contiguous(memory_format=torch.channels_last)
    return store if images is store.images else Store(store.name, images)


def image_spec(data: Data, normalize: str) -> ImageSpec:
    """Return what a model has to know of the images."""
    _, channels, height, width = data.train.images.shape
    if height != width:
        raise ConfigError(f"dataset.image_size: the images are {height}x{width}, networks take squares. Set it.")
    if normalize == "dataset":
        # `data` is alive as long as it is shared, so its identity stands for it
        normalization = shared("normalization", id(data), lambda: (data, measure_normalization(data.train)))[1]
    elif normalize == "imagenet":
        normalization = imagenet_normalization(channels)
    else:
        normalization = Normalization((0.0,) * channels, (1.0,) * channels)
    return ImageSpec(data.classes, channels, height, normalization)


def check_batch_size(batch_size: int, num_images: int) -> None:
    """Refuse batches that are larger than the training split."""
    if batch_size > num_images:
        raise ConfigError(
            f"batch_size: larger than the training split, got {batch_size} for {num_images} images. "
            f"Take {num_images} or less."
        )


def image_batches(config: RunConfig, data: Data, images: ImageSpec, device: torch.device) -> SplitBatches:
    """Return the images of all splits in batches."""
    evaluation_size = max(config.batch_size, _EVALUATION_PIXELS // images.image_size**2)
    data = data.with_stores(_placed_stores(data.stores, config.dataset.memory_limit, device))

    def batches(split: Split, size: int) -> Batches:
        return Batches(split, size, prepare=images.prepare, device=device)

    val = None if data.val is None else batches(data.val, evaluation_size)
    return batches(data.train, config.batch_size), val, batches(data.test, evaluation_size)


def _placed_stores(
    stores: Mapping[str, Store], memory_limit: float | None, device: torch.device
) -> Mapping[str, Store]:
    """Return the stores on the device if all fit there, each moved once; else where they are."""
    if device.type != "cuda":
        return stores
    free, _ = torch.cuda.mem_get_info(device)
    limit = free / 2 if memory_limit is None else memory_limit * GIB
    if sum(store.images.nbytes for store in stores.values()) > limit:
        return stores
    return {name: Store(name, store.images.to(device)) for name, store in stores.items()}


def load_dataset(config: DatasetConfig, storage: Storage, seed: int) -> Data:
    """Load a data set, scale it and split it.

    Args:
        config: its name is a key of `DATASETS`, its options are complete and checked.
        storage: where it comes from, and the size asked for.
        seed: draws a subset of the training images where one is asked for; nothing else.

    Raises:
        ConfigError: the data is not there, is damaged, or does not fit what `config` asks of it.
    """
    key = repr((config.name, config.options, storage.image_size, storage.data_dir, storage.cache_dir))
    source = shared("source", key, lambda: DATASETS[config.name](storage, **config.options))
    data = make_splits(
        source,
        seed=seed,
        classes=config.classes,
        binary=config.binary,
        per_class=config.per_class,
        fraction=config.fraction,
        val_fraction=config.val_fraction,
        test_fraction=config.test_fraction,
        split_seed=config.split_seed,
    )
    return data if storage.image_size is None else resize_used(data, storage.image_size)
