"""RunConfig -> Parts: everything that a run needs, built from the tables. Here are those of `cnnlab train`."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from cnnlab.base.memory import memory_errors
from cnnlab.base.randomness import initialise
from cnnlab.base.runtime import Runtime
from cnnlab.building.data import check_batch_size, image_batches, image_spec, load_data
from cnnlab.building.networks import build_model, on_device
from cnnlab.building.parts import ImageSpec, Parts, SplitBatches
from cnnlab.building.supplies import Supplies
from cnnlab.config.run_config import Choice, RunConfig, size_keys
from cnnlab.data.augmentations import AUGMENTATIONS, Augmentation
from cnnlab.data.stores import Data
from cnnlab.networks.models.blocks import Classifier
from cnnlab.training.losses import LOSSES
from cnnlab.training.metric_losses import FeatureLoss
from cnnlab.training.optimizers import OPTIMIZERS, Params
from cnnlab.training.schedulers import SCHEDULERS


def build(config: RunConfig, runtime: Runtime, supplies: Supplies) -> Parts:
    """Load the data and build model, loss, optimizer and schedule with the seed's initial weights.

    Raises:
        ConfigError: what the configuration asks for cannot be had from this data.
    """
    with memory_errors("the images", *size_keys(config, "dataset.image_size", "dataset.num_images")):
        data = load_data(config, library=supplies.library, content=supplies.data_content, progress=supplies.progress)
        check_batch_size(config.batch_size, len(data.train))
        images = image_spec(data, config.normalize)
        batches = image_batches(config, data, images, runtime.device)
    with memory_errors("the model", *size_keys(config, "model.width", "dataset.image_size")):
        model = build_model(config, images)
        initialise(model, config.seed)  # on the CPU: a GPU would draw other numbers
        model = on_device(model, runtime.device)
    return parts_in_steps(
        config, data, images, batches, model, params=lambda loss_fn: [*model.parameters(), *loss_fn.parameters()]
    )


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
    chosen = config.augmentation or Choice("none")
    return AUGMENTATIONS[chosen.name](**chosen.options)


def build_loss(config: RunConfig, num_classes: int, num_features: int, device: torch.device) -> nn.Module:
    """Return the loss, on the device; what it learns starts from the seed."""
    chosen = config.chosen("loss")
    loss_fn = LOSSES[chosen.name](num_classes, **chosen.options)
    if isinstance(loss_fn, FeatureLoss):
        loss_fn.set_num_features(num_features)
    initialise(nn.ModuleDict({"loss": loss_fn}), config.seed)
    return loss_fn.to(device)


def build_optimizer(config: RunConfig, params: Params) -> Optimizer:
    """Return the optimizer of some parameters, or of groups of them with learning rates of their own."""
    chosen = config.chosen("optimizer")
    return OPTIMIZERS[chosen.name](params, **chosen.options)


def build_schedule(config: RunConfig, steps_per_epoch: int) -> Callable[[int], float]:
    """Return the schedule of the learning rate."""
    chosen = config.chosen("scheduler")
    return SCHEDULERS[chosen.name](config.epochs * steps_per_epoch, steps_per_epoch, **chosen.options)


def build_average(config: RunConfig, model: nn.Module) -> AveragedModel | None:
    """Return the exponential moving average of weights and running statistics, None where none is asked for."""
    if config.ema is None:
        return None
    average = get_ema_multi_avg_fn(config.ema)  # type: ignore[no-untyped-call]
    return AveragedModel(model, multi_avg_fn=average, use_buffers=True)
