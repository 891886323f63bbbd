"""Data of a run: read, split, scaled, placed, in batches."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import torch

from cnnlab.base.errors import ConfigError
from cnnlab.base.progress import Progress
from cnnlab.building.parts import ImageSpec, SplitBatches
from cnnlab.config.run_config import DatasetConfig, RunConfig, cache_dir
from cnnlab.data.batches import Batches, piece_steps
from cnnlab.data.datasets import DATASETS
from cnnlab.data.image_normalization import imagenet_normalization, no_normalization
from cnnlab.data.library import DataLibrary
from cnnlab.data.resizing import resize_used
from cnnlab.data.scaling import Scaling
from cnnlab.data.splits import SplitOptions, make_splits
from cnnlab.data.storage import Storage
from cnnlab.data.stores import Data, Source, Split, Store

_EVALUATION_PIXELS = {"cpu": 2**19, "cuda": 2**23}  # per batch and channel: 512 images of 32x32 stay in a CPU's caches
GIB = 2**30


@dataclass(frozen=True)
class SourceKey:
    """Names a data set as it comes."""

    name: str
    options: Hashable
    content: str | None
    """Stands for the files of an image folder."""
    storage: Storage


@dataclass(frozen=True)
class DataKey:
    """Names the data of a run."""

    source: SourceKey
    splits: SplitOptions
    seed: int | None
    """Of the run; None where it draws nothing."""


def load_data(
    config: RunConfig,
    *,
    library: DataLibrary,
    content: str | None,
    progress: Progress | None = None,
    decode_size: int | None = None,
    scaling: Scaling = Scaling(),
) -> Data:
    """Return the data set in its splits, in the order in memory that convolutions like best.

    Args:
        config: of the run.
        library: holds what was read before, and gets what is read now.
        content: stands for the files of an image folder.
        progress: told of what takes long.
        decode_size: height and width, in pixels, at which image files are decoded where the run asks for no size;
            None: their own, or a default for images of several sizes.
        scaling: how they come to that size.

    Raises:
        ConfigError: the data is not there, is damaged, or does not fit what is asked of it.
    """
    splits, storage = _split_options(config.dataset), _storage(config, library, progress, decode_size, scaling)

    def read() -> Data:
        data = make_splits(_read_source(config, storage, library, content), splits, seed=config.seed)
        if storage.image_size is not None:
            read_size = data.train.images.shape[2]
            data = dataclasses.replace(resize_used(data, storage.image_size), read_size=read_size)
        return data.with_stores({name: _in_order(store) for name, store in data.stores.items()})

    source = _source_key(config, storage, content)
    return library.get(DataKey(source, splits, config.seed if splits.follows_seed else None), read)


def read_for_survey(
    config: RunConfig, *, library: DataLibrary, content: str | None, progress: Progress | None = None
) -> tuple[Source, Data]:
    """Return a data set as it comes, and in the splits of a run, without the files that cannot be decoded.

    Args:
        config: as of `load_data`.
        library: likewise.
        content: likewise.
        progress: likewise.

    Raises:
        ConfigError: the data is not there, or does not fit what is asked of it.
    """
    dataset = config.dataset
    if "skip_corrupt" in dataset.options:
        dataset = dataclasses.replace(dataset, options={**dataset.options, "skip_corrupt": True})
        config = dataclasses.replace(config, dataset=dataset)
    storage = _storage(config, library, progress, None, Scaling())
    source = _read_source(config, storage, library, content)
    return source, make_splits(source, _split_options(dataset), seed=config.seed)


def _storage(
    config: RunConfig, library: DataLibrary, progress: Progress | None, decode_size: int | None, scaling: Scaling
) -> Storage:
    return Storage(
        data_dir=config.data_dir, cache_dir=cache_dir(config), image_size=config.dataset.image_size,
        decode_size=decode_size, scaling=scaling, workers=config.workers, progress=progress, hashes=library.hashes,
    )  # fmt: skip


def _source_key(config: RunConfig, storage: Storage, content: str | None) -> SourceKey:
    place = dataclasses.replace(storage, workers=None, progress=None)  # neither has a part in the images
    return SourceKey(config.dataset.name, _hashable(config.dataset.options), content, place)


def _read_source(config: RunConfig, storage: Storage, library: DataLibrary, content: str | None) -> Source:
    """Return the data set as it comes, read before or now."""
    load, options = DATASETS[config.dataset.name], config.dataset.options
    return library.get(_source_key(config, storage, content), lambda: load(storage, **options))


def read_unscaled(config: RunConfig) -> Data:
    """Return a data set that comes as arrays in its splits, its images as they come, and without a download.

    Raises:
        ConfigError: the data is not there, is damaged, or does not fit what is asked of it.
    """
    dataset = config.dataset
    storage = Storage(config.data_dir, cache_dir(config), dataset.image_size, may_download=False)
    source = DATASETS[dataset.name](storage, **dataset.options)
    return make_splits(source, _split_options(dataset), seed=config.seed)


def _hashable(value: object) -> Hashable:
    """Return an option's value, or all options, with tuples in place of what can be changed."""
    if isinstance(value, Mapping):
        return tuple((key, _hashable(value[key])) for key in sorted(value))
    return tuple(map(_hashable, value)) if isinstance(value, list | tuple) else value


def _split_options(config: DatasetConfig) -> SplitOptions:
    return SplitOptions(
        classes=config.classes,
        binary=config.binary,
        per_class=config.per_class,
        fraction=config.fraction,
        val_fraction=config.val_fraction,
        test_fraction=config.test_fraction,
        split_seed=config.split_seed,
        folds=config.folds,
        fold=config.fold,
    )


def _in_order(store: Store) -> Store:
    images = store.images.contiguous(memory_format=torch.channels_last)
    return store if images is store.images else Store(store.name, images)


def image_spec(data: Data, normalize: str) -> ImageSpec:
    """Return what a model has to know of the images."""
    _, channels, height, width = data.train.images.shape
    if height != width:
        raise ConfigError(f"dataset.image_size: the images are {height}x{width}, networks take squares. Set it.")
    if normalize == "dataset":
        normalization = data.normalization
    elif normalize == "imagenet":
        normalization = imagenet_normalization(channels)
    else:
        normalization = no_normalization(channels)
    return ImageSpec(data.classes, channels, height, normalization, read_size=data.read_size or height)


def check_batch_size(config: RunConfig, num_images: int) -> None:
    """Refuse batches that were asked for and are larger than the training split; by default it is one batch then.

    Args:
        config: of the run.
        num_images: of the training split.

    Raises:
        ConfigError: they are larger.
    """
    batch_size = config.batch_size
    if config.learns == "in steps" and batch_size > num_images:
        raise ConfigError(
            f"batch_size: larger than the training split, got {batch_size} for {num_images} images. "
            f"Take {num_images} or less."
        )


def image_batches(config: RunConfig, data: Data, images: ImageSpec, device: torch.device) -> SplitBatches:
    """Return the images of all splits in batches."""
    evaluation_size = max(config.batch_size, _EVALUATION_PIXELS[device.type] // images.image_size**2)
    batch_bytes = config.batch_size * images.channels * images.image_size**2 * torch.float32.itemsize
    data = data.with_stores(_placed_stores(data.stores, config.dataset.memory_limit, device))

    def batches(split: Split, size: int) -> Batches:
        steps = piece_steps(batch_bytes, device)
        return Batches(split, size, prepare=images.prepare, device=device, piece_steps=steps)

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
    to_move = [store.images.nbytes for store in stores.values() if store.images_on(device) is None]
    if sum(to_move) > limit:
        return stores
    return {name: store.on(device) for name, store in stores.items()}
