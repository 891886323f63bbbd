"""Rules between the fields of a configuration: each returns its problem, or None."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from cnnlab.base.errors import ConfigError, unknown
from cnnlab.config.run_config import Choice, RunConfig
from cnnlab.data.augmentations import AUGMENTATIONS
from cnnlab.networks.batch_norm import NO_VARIANCE
from cnnlab.networks.transfer.backbone_request import Request
from cnnlab.networks.transfer.backbones import BACKBONES
from cnnlab.networks.transfer.network import Backbone, TransferNetwork, problem_of_one_image
from cnnlab.networks.transfer.transfers import TRANSFERS
from cnnlab.outputs.reported import problem_of_reported
from cnnlab.training.losses import LOSSES
from cnnlab.training.metric_losses import as_feature_loss


def _selection_needs_validation(config: RunConfig) -> str | None:
    if config.patience is not None and config.dataset.val_fraction == 0:
        return "patience: needs a validation split, got dataset.val_fraction=0. Drop one of the two."
    return None


def _plateau_needs_validation(config: RunConfig) -> str | None:
    if config.scheduler is not None and config.scheduler.name == "plateau" and config.dataset.val_fraction == 0:
        return "scheduler (plateau): needs a validation split, got dataset.val_fraction=0. Drop one of the two."
    return None


def _batch_norm_needs_two_images(config: RunConfig) -> str | None:
    if config.batch_size != 1:
        return None
    normalization = config.normalization
    if config.transfer is not None:
        return _problem_of_one_image(config)
    if normalization is not None and normalization.name == "batch":
        return (
            f"batch_size: must be > 1 with normalization=batch, got 1. {NO_VARIANCE}; "
            "take normalization=group, layer or none."
        )
    return None


def _problem_of_one_image(config: RunConfig) -> str | None:
    """Build a transfer's network to see what of it learns; a finished run's is not opened before it is trained on."""
    backbone, chosen = config.chosen("backbone"), config.chosen("transfer")
    procedure = TRANSFERS[chosen.name](**chosen.options)
    if procedure.has_frozen_features or backbone.name == "run":
        return None
    request = Request(backbone.name, config.seed, _opens_no_run, loads=False)
    try:
        net = BACKBONES[backbone.name](request, **backbone.options)
        network = TransferNetwork(net, nn.Identity(), trainable_layers=procedure.trainable_layers)
    except ConfigError:
        return None  # said where the run is built
    return problem_of_one_image(network)


def _opens_no_run(*_: object, **__: object) -> Backbone:
    raise AssertionError("no run is opened for a network of another kind")


def _one_kind_of_subset(config: RunConfig) -> str | None:
    if config.dataset.per_class is not None and config.dataset.fraction is not None:
        return "dataset.per_class: cannot be combined with dataset.fraction. Set one of the two to null."
    return None


def _one_fold_of_all(config: RunConfig) -> str | None:
    folds, fold = config.dataset.folds, config.dataset.fold
    if config.cross_validation is not None and None in (folds, fold):
        return None  # the sweep gives both
    if fold is None and folds is not None:
        sweep = f"Give it, or sweep over all: cnnlab -m cross_validation={folds}"
        return f"dataset.folds: needs dataset.fold, the one that is tested on, got dataset.folds={folds} alone. {sweep}"
    if fold is not None and folds is None:
        return f"dataset.fold: needs dataset.folds, of how many it is one, got dataset.fold={fold} alone. Give both."
    if folds is not None and fold is not None and fold > folds:
        return f"dataset.fold: must be <= dataset.folds ({folds}), got {fold}."
    return None


def _warm_up_ends_before_training(config: RunConfig) -> str | None:
    warmup_epochs = 0 if config.scheduler is None else config.scheduler.options.get("warmup_epochs") or 0
    if config.epochs and warmup_epochs > config.epochs:
        return f"scheduler.warmup_epochs: must be <= epochs ({config.epochs}), got {warmup_epochs:g}."
    return None


def _binary_names_a_kept_class(config: RunConfig) -> str | None:
    classes, binary = config.dataset.classes, config.dataset.binary
    if isinstance(classes, tuple) and binary is not None and binary not in classes:
        return f"dataset.binary: {unknown(binary, classes, noun='class')}"
    return None


def _arms_need_a_sweep(config: RunConfig) -> str | None:
    """Runs of a sweep know nothing of its arms: the sweeper has taken the key away."""
    if config.arm is not None:
        return f"arm: chooses among the named arms of a sweep, got {config.arm}. A sweep needs -m."
    return None


def _steering_needs_a_sweep(config: RunConfig) -> str | None:
    """Likewise."""
    keys = ("until", "max_seeds", "max_hours", "untuned", "halving", "eta")
    given = [(key, value) for key in keys if (value := getattr(config, key)) is not None]
    if not given:
        return None
    key, value = given[0]
    shown = f"{value:g}" if isinstance(value, float) else str(value).lower()
    return f"{key}: steers a sweep, got {shown}. A sweep needs -m."


def _tuning_needs_its_command(config: RunConfig) -> str | None:
    """Likewise."""
    keys = ("trials", "sampler", "per_round", "pruner", "storage")
    key = next((key for key in keys if getattr(config, key) is not None), None)
    if key is None:
        return None
    example = "cnnlab tune 'optimizer.lr=log(1e-4,1)'"
    return f"{key}: steers a tuning, got {getattr(config, key)}. Type: {example} {key}={getattr(config, key)}"


def _normalization_is_known(config: RunConfig) -> str | None:
    if config.normalize == "backbone" and config.backbone is None:
        return "normalize: backbone is for cnnlab transfer, a model has none. Use dataset, imagenet or none."
    return None


def _reported_is_figures_of_arms(config: RunConfig) -> str | None:
    return None if config.reported is None else problem_of_reported(config.reported)


def _augmentation_can_be_built(config: RunConfig) -> str | None:
    """Find what the options' own types do not say: ranges the wrong way round, the steps of a chain."""
    if config.augmentation is None:
        return None
    try:
        AUGMENTATIONS[config.augmentation.name](**config.augmentation.options)
    except ConfigError as error:
        return str(error)
    return None


def _loss_fits_the_run(config: RunConfig) -> str | None:
    """Refuse what a loss of features cannot do: learn from mixed images, or from features that do not change."""
    if config.loss is None:
        return None
    where = f"loss ({config.loss.name})"
    if (loss_fn := as_feature_loss(LOSSES[config.loss.name](2, **config.loss.options))) is None:
        return None
    if config.transfer is not None and TRANSFERS[config.transfer.name]().has_frozen_features:
        return f"{where}: needs features that learn, got transfer={config.transfer.name}. Use transfer=finetune."
    if config.augmentation is not None and _mixes(config.augmentation):
        return f"{where}: takes images of one class each, augmentation={config.augmentation.name} mixes them."
    if loss_fn.images_per_class is None:
        return None
    if not config.dataset.shuffle:
        return f"{where}: puts images of a class into one batch, which dataset.shuffle=false forbids."
    if config.batch_size < 2 * loss_fn.images_per_class:
        return (
            f"batch_size: must be >= {2 * loss_fn.images_per_class}, two classes of loss.images_per_class="
            f"{loss_fn.images_per_class}, got {config.batch_size}."
        )
    return None


def _mixes(augmentation: Choice) -> bool:
    try:
        return AUGMENTATIONS[augmentation.name](**augmentation.options).mixing is not None
    except ConfigError:  # it cannot be built: another rule says so
        return False


RULES: tuple[Callable[[RunConfig], str | None], ...] = (
    _selection_needs_validation,
    _plateau_needs_validation,
    _batch_norm_needs_two_images,
    _one_kind_of_subset,
    _one_fold_of_all,
    _warm_up_ends_before_training,
    _binary_names_a_kept_class,
    _arms_need_a_sweep,
    _steering_needs_a_sweep,
    _tuning_needs_its_command,
    _normalization_is_known,
    _loss_fits_the_run,
    _reported_is_figures_of_arms,
    _augmentation_can_be_built,
)
"""What `config.load` asks of a configuration whose fields are each right."""
