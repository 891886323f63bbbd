"""What only the parts themselves can tell: whether they can be built as they are chosen, and whether they fit."""

from __future__ import annotations

from torch import nn

from cnnlab.base.errors import ConfigError
from cnnlab.config.rules import Rule, check
from cnnlab.config.run_config import Choice, RunConfig
from cnnlab.config.trackers import check_installed
from cnnlab.data.augmentations import AUGMENTATIONS
from cnnlab.networks.batch_norm import NO_VARIANCE
from cnnlab.networks.transfer.backbone_request import Request
from cnnlab.networks.transfer.backbones import BACKBONES
from cnnlab.networks.transfer.network import Backbone, TransferNetwork, problem_of_one_image
from cnnlab.networks.transfer.transfers import TRANSFERS
from cnnlab.training.losses import LOSSES
from cnnlab.training.metric_losses import as_feature_loss


def check_parts(config: RunConfig) -> None:
    """Ask the parts of a run that is to be built, and its trackers; one that is finished has been through it.

    Raises:
        ConfigError: with every problem, one a line.
    """
    check(config, RULES)
    check_installed(config.tracker)


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


def _views_are_of_images(config: RunConfig) -> str | None:
    if config.tta is None or config.transfer is None:
        return None
    if not TRANSFERS[config.transfer.name](**config.transfer.options).has_frozen_features:
        return None
    return (
        f"tta: needs a network that sees images, got {config.tta}; of a frozen backbone only its features are seen. "
        "Leave it out, or take transfer=finetune."
    )


RULES: tuple[Rule, ...] = (
    _batch_norm_needs_two_images,
    _loss_fits_the_run,
    _augmentation_can_be_built,
    _views_are_of_images,
)
