"""How a run learns, built from the tables: loss, optimizer, schedule and what goes with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.swa_utils import AveragedModel

from cnnlab.base.compiler import without_compiler
from cnnlab.base.randomness import initialise
from cnnlab.base.runtime import Runtime
from cnnlab.config.run_config import Choice, RunConfig
from cnnlab.data.augmentations import AUGMENTATIONS, Augmentation
from cnnlab.networks.normalizations import norm_biases
from cnnlab.training.averaging import LOOKAHEAD_PART, Lookahead, MovingAverage
from cnnlab.training.learning import InSteps
from cnnlab.training.losses import LOSSES
from cnnlab.training.metric_losses import as_feature_loss
from cnnlab.training.optimizers import OPTIMIZERS, Group, Params
from cnnlab.training.progressive import Freezing, Growth, layers_that_learn
from cnnlab.training.schedulers import SCHEDULERS, Schedule, as_schedule
from cnnlab.training.step import Clipping


def in_steps(
    config: RunConfig,
    runtime: Runtime,
    model: nn.Module,
    *,
    num_classes: int,
    num_features: int,
    steps_per_epoch: int,
    params: Callable[[nn.Module], Params],
) -> InSteps:
    """Return the training of a model in steps.

    Args:
        config: of the run.
        runtime: of the run.
        model: on its device, with its initial weights.
        num_classes: K.
        num_features: D, of what the model's classifier or the model itself takes.
        steps_per_epoch: batches in an epoch.
        params: loss -> the parameters of model and loss that learn.
    """
    loss_fn = build_loss(
        config.chosen("loss"), num_classes, num_features=num_features, seed=config.seed, device=runtime.device
    )
    return InSteps(
        model=model,
        loss_fn=loss_fn,
        optimizer=build_optimizer(
            config.chosen("optimizer"), params(loss_fn), apart=norm_biases(model), factor=config.norm_bias_lr
        ),
        schedule=build_schedule(config.chosen("scheduler"), config.epochs, steps_per_epoch),
        augmentation=build_augmentation(config.augmentation),
        average=_average(config, model),
        clipping=Clipping(config.grad_clip_norm, config.grad_clip_value),
        growth=build_growth(config),
        freezing=_freezing(config, model),
        autocast=runtime.autocast,
        epochs=config.epochs,
        seed=config.seed,
        shuffle=config.dataset.shuffle,
    )


def _average(config: RunConfig, model: nn.Module) -> AveragedModel | None:
    if config.lookahead is not None:
        return Lookahead(model, every=config.lookahead, part=config.lookahead_part or LOOKAHEAD_PART)
    return None if config.ema is None else MovingAverage(model, config.ema)


def build_growth(config: RunConfig) -> Growth | None:
    """Return how the training images grow from epoch to epoch; None: they have one size."""
    return None if config.progressive_size is None else Growth(config.progressive_size, config.epochs)


def _freezing(config: RunConfig, model: nn.Module) -> Freezing | None:
    start = config.progressive_freezing
    return None if start is None else Freezing(layers_that_learn(model), start, config.epochs)


def build_augmentation(chosen: Choice | None) -> Augmentation:
    """Return what is done to the training images; nothing where augmentation takes no part."""
    chosen = chosen or Choice("none")
    return AUGMENTATIONS[chosen.name](**chosen.options)


def build_loss(chosen: Choice, num_classes: int, *, num_features: int, seed: int, device: torch.device) -> nn.Module:
    """Return the loss, on the device; what it learns starts from the seed."""
    loss_fn = LOSSES[chosen.name](num_classes, **chosen.options)
    if (feature_loss := as_feature_loss(loss_fn)) is not None:
        feature_loss.set_num_features(num_features)
    initialise(nn.ModuleDict({"loss": loss_fn}), seed)
    return loss_fn.to(device)


def build_optimizer(
    chosen: Choice, params: Params, *, apart: Sequence[Tensor] = (), factor: float | None = None
) -> Optimizer:
    """Return the optimizer of some parameters, or of groups of them with learning rates of their own.

    Args:
        chosen: of the table.
        params: that learn.
        apart: those of them whose learning rate is multiplied.
        factor: what with; None: with 1.
    """
    with without_compiler():
        optimizer = OPTIMIZERS[chosen.name](params, **chosen.options)
    if factor is not None:
        for group in [*optimizer.param_groups]:
            _part(optimizer, group, apart, factor)
    return optimizer


def _part(optimizer: Optimizer, group: Group, apart: Sequence[Tensor], factor: float) -> None:
    """Put those of a group whose learning rate is multiplied into a group of their own; their decay stays."""
    fast = [p for p in group["params"] if any(p is other for other in apart)]
    if fast:
        group["params"] = [p for p in group["params"] if not any(p is other for other in apart)]
        decays: Group = {key: group[key] / factor for key in ("weight_decay", "decay") if key in group}
        optimizer.add_param_group({**group, "params": fast, "lr": group["lr"] * factor, **decays})


def build_schedule(chosen: Choice, epochs: int, steps_per_epoch: int) -> Schedule:
    """Return the schedule of the learning rate."""
    return as_schedule(SCHEDULERS[chosen.name](epochs * steps_per_epoch, steps_per_epoch, **chosen.options))
