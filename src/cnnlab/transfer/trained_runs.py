"""A finished run of cnnlab as a backbone."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import torch
from torch import nn

from cnnlab.artifacts import RunFolder
from cnnlab.config import load
from cnnlab.errors import ConfigError, RunError
from cnnlab.models.blocks import Classifier
from cnnlab.randomness import initialise
from cnnlab.restore import restore
from cnnlab.transfer.network import Backbone, Expected, TransferNetwork


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
        restored = restore(folder, load(folder.read_config()))
    except RunError as error:
        raise ConfigError(f"backbone.weights: {error}") from error
    network, images = restored.network, restored.images
    mean, std = images.normalization.mean, images.normalization.std
    expected = Expected(mean, std, images.image_size, resize=images.resize, interpolation=images.interpolation)
    if not loads:
        initialise(network, seed)
    if layer == "last":
        return Backbone(network, len(images.classes), expected=expected, source=str(path))
    if isinstance(network, TransferNetwork):
        below = network.backbone
        return Backbone(
            below.net, below.num_features, expected=expected, source=str(path), takes_features=below.takes_features
        )
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
