"""RunConfig -> Parts: everything that a run needs, built from the tables. Here are those of `cnnlab train`."""

from __future__ import annotations

import dataclasses
import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from cnnlab.activations import ACTIVATIONS
from cnnlab.config import Part, RunConfig
from cnnlab.data.augmentations import AUGMENTATIONS, Augmentation
from cnnlab.data.batches import Batches, Normalization, imagenet_normalization, measure_normalization
from cnnlab.data.datasets import Storage, load_dataset
from cnnlab.data.downloads import Progress
from cnnlab.data.splits import Data, Split
from cnnlab.errors import ConfigError
from cnnlab.losses import LOSSES
from cnnlab.memory import memory_errors
from cnnlab.metric_losses import FeatureLoss
from cnnlab.models import MODELS
from cnnlab.models.blocks import Classifier
from cnnlab.normalizations import NORMALIZATIONS
from cnnlab.optimizers import OPTIMIZERS, Params
from cnnlab.parts import ImageSpec, Parts, SplitBatches
from cnnlab.randomness import initialise
from cnnlab.runtime import Runtime
from cnnlab.schedulers import SCHEDULERS
from cnnlab.sharing import shared

_EVALUATION_PIXELS = 2**19  # per batch and channel: 512 images of 32x32; larger ones leave the CPU's caches
GIB = 2**30

Network = TypeVar("Network", bound=nn.Module)


def build(config: RunConfig, runtime: Runtime, *, progress: Progress | None = None) -> Parts:
    """Load the data and build model, loss, optimizer and schedule with the seed's initial weights.

    Raises:
        ConfigError: what the configuration asks for cannot be had from this data.
    """
    with memory_errors("the images", *size_keys(config, "dataset.image_size", "dataset.num_images")):
        data = load_data(config, progress)
        check_batch_size(config.batch_size, len(data.train))
        images = describe_images(data, config.normalize)
        batches = image_batches(config, data, images, runtime.device)
    with memory_errors("the model", *size_keys(config, "model.width", "dataset.image_size")):
        model = build_model(config, images)
        initialise(model, config.seed)  # on the CPU: a GPU would draw other numbers
        model = place(model, runtime.device)
    return parts_in_steps(
        config, data, images, batches, model, params=lambda loss_fn: [*model.parameters(), *loss_fn.parameters()]
    )


def place(model: Network, device: torch.device) -> Network:
    """Return the model on the device, its weights in the order in memory that convolutions like best."""
    return model.to(device).to(memory_format=torch.channels_last)


def parts_in_steps(
    config: RunConfig,
    data: Data,
    images: ImageSpec,
    batches: SplitBatches,
    model: Classifier,
    *,
    params: Callable[[nn.Module], Params],
) -> Parts:
    """Return the parts of a network that is trained on images, in steps.

    Args:
        config: of the run.
        data: in its splits.
        images: what the model knows of them.
        batches: of them.
        model: on its device, with its initial weights.
        params: loss -> the parameters of model and loss that learn.
    """
    if config.compile:
        model.compile()
    train, val, test = batches
    loss_fn = build_loss(config, len(data.classes), model.num_features, train.device)
    return Parts(
        data=data,
        images=images,
        augmentation=build_augmentation(config),
        train=train,
        val=val,
        test=test,
        model=model,
        network=model,
        average=build_average(config, model),
        loss_fn=loss_fn,
        optimizer=build_optimizer(config, params(loss_fn)),
        schedule=build_schedule(config, len(train)),
    )


def build_augmentation(config: RunConfig) -> Augmentation:
    """Return what is done to the training images; nothing where augmentation takes no part."""
    chosen = config.augmentation or Part("none")
    return AUGMENTATIONS[chosen.name](**chosen.options)


def build_loss(config: RunConfig, num_classes: int, num_features: int, device: torch.device) -> nn.Module:
    """Return the loss, on the device; what it learns starts from the seed."""
    chosen = config.part("loss")
    loss_fn = LOSSES[chosen.name](num_classes, **chosen.options)
    if isinstance(loss_fn, FeatureLoss):
        loss_fn.set_num_features(num_features)
    initialise(nn.ModuleDict({"loss": loss_fn}), config.seed)
    return loss_fn.to(device)


def build_optimizer(config: RunConfig, params: Params) -> Optimizer:
    """Return the optimizer of some parameters, or of groups of them with learning rates of their own."""
    chosen = config.part("optimizer")
    return OPTIMIZERS[chosen.name](params, **chosen.options)


def build_schedule(config: RunConfig, steps_per_epoch: int) -> Callable[[int], float]:
    """Return the schedule of the learning rate."""
    chosen = config.part("scheduler")
    return SCHEDULERS[chosen.name](config.epochs * steps_per_epoch, steps_per_epoch, **chosen.options)


def size_keys(config: RunConfig, *wanted: str) -> list[str]:
    """Return those of the keys that the chosen model and data set have, with their values: what can be made smaller."""
    values: dict[str, float | None] = {"batch_size": config.batch_size, "dataset.image_size": config.dataset.image_size}
    values |= {} if config.model is None else {f"model.{key}": value for key, value in config.model.options.items()}
    values |= {f"dataset.{key}": value for key, value in config.dataset.options.items()}
    return [key if values[key] is None else f"{key} ({values[key]:g})" for key in wanted if key in values]


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
    stores = {id(split.images): split.images for split in (data.train, data.val, data.test) if split is not None}
    ordered = {key: images.contiguous(memory_format=torch.channels_last) for key, images in stores.items()}

    def placed(split: Split) -> Split:
        return dataclasses.replace(split, images=ordered[id(split.images)])

    val = None if data.val is None else placed(data.val)
    return dataclasses.replace(data, train=placed(data.train), val=val, test=placed(data.test))


def cache_dir(config: RunConfig) -> Path:
    """Return where decoded images are kept."""
    if config.cache_dir is not None:
        return config.cache_dir
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cnnlab"


def describe_images(data: Data, normalize: str) -> ImageSpec:
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


def build_model(config: RunConfig, images: ImageSpec) -> Classifier:
    """Return the model with torch's own initial weights, on the CPU."""
    model, normalization, activation = (config.part(group) for group in ("model", "normalization", "activation"))
    return MODELS[model.name](
        len(images.classes),
        images.channels,
        images.image_size,
        functools.partial(NORMALIZATIONS[normalization.name], **normalization.options),
        functools.partial(ACTIVATIONS[activation.name], **activation.options),
        **model.options,
    )


def build_average(config: RunConfig, model: nn.Module) -> AveragedModel | None:
    """Return the exponential moving average of weights and running statistics, None where none is asked for."""
    if config.ema is None:
        return None
    average = get_ema_multi_avg_fn(config.ema)  # type: ignore[no-untyped-call]
    return AveragedModel(model, multi_avg_fn=average, use_buffers=True)


def count_flops(model: nn.Module, images: ImageSpec, device: torch.device) -> int:
    """Return floating point operations of one forward pass of one image; a multiply-add counts as two."""
    from torch.utils.flop_counter import FlopCounterMode

    was_training = model.training
    counter = FlopCounterMode(display=False)
    with counter, torch.inference_mode():
        model.eval()(torch.zeros(1, images.channels, images.image_size, images.image_size, device=device))
    model.train(was_training)
    return int(counter.get_total_flops())


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
    stores = _placed_stores(data, config.dataset.memory_limit, device)

    def batches(split: Split, size: int) -> Batches:
        placed = dataclasses.replace(split, images=stores[split.images.data_ptr()])
        return Batches(placed, size, prepare=images.prepare, device=device)

    val = None if data.val is None else batches(data.val, evaluation_size)
    return batches(data.train, config.batch_size), val, batches(data.test, evaluation_size)


def _placed_stores(data: Data, memory_limit: float | None, device: torch.device) -> dict[int, Tensor]:
    """Return each store of images by its address: on the device if all fit there, each moved once."""
    splits = (data.train, data.val, data.test)
    stores = {split.images.data_ptr(): split.images for split in splits if split is not None}
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        limit = free / 2 if memory_limit is None else memory_limit * GIB
        if sum(store.nbytes for store in stores.values()) <= limit:
            stores = {address: store.to(device) for address, store in stores.items()}
    return stores
