"""A finished run's network, with the weights that were selected."""

from __future__ import annotations

import dataclasses
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from torch import nn

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.base.randomness import initialise
from cnnlab.base.schema import Plain, PlainMapping
from cnnlab.building.networks import build_backbone, build_head, build_model, map_answers, procedure_of
from cnnlab.building.parts import ImageSpec
from cnnlab.config.load import load_saved
from cnnlab.config.run_config import RunConfig
from cnnlab.data.image_normalization import Normalization
from cnnlab.networks.batch_norm import correct, take_as_they_are
from cnnlab.networks.models.blocks import Classifier
from cnnlab.networks.transfer.network import Backbone, Expected, TransferNetwork
from cnnlab.networks.transfer.transfers import Transfer
from cnnlab.networks.transfer.weights import hash_module
from cnnlab.networks.transfer.zero_shot import MappedClasses
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import read_status

BACKBONE_STATE = "backbone_state"
"""Where best.pt of an exported run holds the weights of a frozen backbone, which otherwise lie where they came from."""
_ADVICE = "Put it back, or train the run anew: its command with rerun=true."


@dataclass(frozen=True)
class SavedNetwork:
    """What classifies images as the run did."""

    network: Classifier
    """In eval mode, on the CPU."""
    images: ImageSpec
    scores_are: str
    """Probabilities or decision values, as in summary.json."""


def load_network(folder: RunFolder, config: RunConfig) -> SavedNetwork:
    """Return the network of a run.

    Args:
        folder: of the run.
        config: the run's own.

    Raises:
        ConfigError: the run has no weights yet, or the backbone that it was trained on has changed or is gone.
        RunError: the weights are damaged, or gone.
    """
    saved = _saved_weights(folder)
    try:
        images = images_of(saved)
        network = _network(with_own_backbone(folder, config), images, saved)
        take_as_they_are(network)
        return SavedNetwork(network.eval(), images, saved["scores_are"])
    except (KeyError, RuntimeError, TypeError) as error:
        reason = f"is not of this run ({type(error).__name__})"
        raise RunError(f"{folder.checkpoints / 'best.pt'}: {reason}. {_ADVICE}") from error


def with_own_backbone(folder: RunFolder, config: RunConfig) -> RunConfig:
    """Return the configuration of a run that may bring along the run that it stands on: an exported one does.

    A path in a run's configuration is whole, unless it starts from the run's own folder.
    """
    weights = None if config.backbone is None else config.backbone.options.get("weights")
    if config.backbone is None or not isinstance(weights, Path) or not (folder.path / weights).is_dir():
        return config
    own = dataclasses.replace(config.backbone, options={**config.backbone.options, "weights": folder.path / weights})
    return dataclasses.replace(config, backbone=own)


def _saved_weights(folder: RunFolder) -> Plain:
    saved = folder.load_checkpoint("best.pt")
    if saved is not None:
        return saved
    status = read_status(folder).get("status", "not there")
    if status == "finished":
        raise RunError(f"{folder.checkpoints / 'best.pt'}: is gone. {_ADVICE}")
    advice = f"Finish it: {shlex.join(['cnnlab', 'resume', str(folder.path)])}"
    raise ConfigError(f"run: {folder.run_id} is {status}, it has no weights yet. {advice}")


def images_of(saved: PlainMapping) -> ImageSpec:
    """Return what a network expects of an image, by what was kept of it.

    Raises:
        KeyError, TypeError: something is missing, or of another kind.
    """
    return ImageSpec(
        classes=tuple(saved["classes"]),
        channels=saved["channels"],
        image_size=saved["image_size"],
        normalization=Normalization(tuple(saved["mean"]), tuple(saved["std"])),
        resize=saved.get("resize"),
        interpolation=saved.get("interpolation", "bilinear"),
        is_published=saved.get("is_published", False),
        is_squashed=saved.get("is_squashed", False),
        border=tuple(saved["border"]) if saved.get("border") else None,
        read_size=saved.get("read_size"),
    )


def _network(config: RunConfig, images: ImageSpec, saved: PlainMapping) -> Classifier:
    if config.command == "transfer":
        return _transfer_network(config, images.classes, saved)
    model = build_model(config, images)
    model.load_state_dict(saved["model"])
    return model


def _transfer_network(config: RunConfig, classes: tuple[str, ...], saved: PlainMapping) -> TransferNetwork:
    """Return backbone and head; what is saved are the weights of both, or of a head on a backbone that was frozen."""
    chosen, transfer = config.chosen("backbone"), procedure_of(config.chosen("transfer"))
    is_frozen = transfer.has_frozen_features
    backbone = build_backbone(
        chosen, transfer, seed=config.seed, loads=is_frozen, open_run=backbone_of_run, state=saved.get(BACKBONE_STATE)
    )
    if is_frozen and hash_module(backbone) != saved["backbone"]:
        raise ConfigError(
            f"backbone.weights: '{backbone.source}' is not what the run's head was trained on. Put the old ones back."
        )
    head: nn.Module
    if transfer.has_own_answers:
        head = MappedClasses(saved.get("columns") or _columns(backbone, transfer, classes))
    else:
        head = build_head(config.chosen("head"), backbone.num_features, len(classes), seed=config.seed)
    network = TransferNetwork(backbone, head, trainable_layers=None)
    (head if is_frozen else network).load_state_dict(saved["model"])
    return network


def _columns(backbone: Backbone, transfer: Transfer, classes: tuple[str, ...]) -> list[list[int]]:
    """Return what stands for the classes of a run that has not saved it; its last one is "other"."""
    return map_answers(backbone, mapping=transfer.mapping, classes=classes[:-1]).answer_columns


def backbone_of_run(path: Path, seed: int, *, layer: Literal["penultimate", "last"], loads: bool) -> Backbone:
    """Return a run's network as a backbone.

    Args:
        path: the run's folder.
        seed: of the initial weights, where the run's are not wanted.
        layer: `penultimate` for the features under the classifier, `last` for its outputs.
        loads: whether with the run's weights.

    Raises:
        ConfigError: there is no finished run, or it was trained with parts that are not there.
    """
    folder = RunFolder(path)
    try:
        restored = load_network(folder, load_saved(folder.read_config()))
    except RunError as error:
        raise ConfigError(f"backbone.weights: {error}") from error
    network, images = restored.network, restored.images
    mean, std = images.normalization.mean, images.normalization.std
    expected = Expected(
        mean, std, images.image_size, resize=images.resize, interpolation=images.interpolation,
        is_published=images.is_published, is_squashed=images.is_squashed, border=images.border,
    )  # fmt: skip
    if not loads:
        initialise(network, seed)
        correct(network)
    if layer == "last":
        return Backbone(network, len(images.classes), expected=expected, source=str(path))
    if isinstance(network, TransferNetwork):
        below = network.backbone
        return Backbone(
            below.net, below.num_features, expected=expected, source=str(path), takes_features=below.takes_features,
            layers=below.layer_names,
        )  # fmt: skip
    _take_off_classifier(network, images.channels, images.image_size)
    return Backbone(network, network.num_features, expected=expected, source=str(path), takes_features=True)


def _take_off_classifier(network: Classifier, channels: int, image_size: int) -> None:
    """Put nothing in the place of the children that only the classifier uses: the features do not depend on them."""
    with torch.enable_grad():
        features = network.eval().features(torch.zeros(1, channels, image_size, image_size))
        named = list(network.named_parameters())
        gradients = torch.autograd.grad(features.sum(), [p for _, p in named], allow_unused=True)
    used = {name.partition(".")[0] for (name, _), gradient in zip(named, gradients) if gradient is not None}
    for name, child in network.named_children():
        if name not in used and any(True for _ in child.parameters()):
            setattr(network, name, nn.Identity())
