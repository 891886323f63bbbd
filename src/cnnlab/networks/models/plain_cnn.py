"""plain_cnn: a stack of convolutions and linear layers, of any depth."""

from __future__ import annotations

import itertools
import math
from collections import OrderedDict
from collections.abc import Callable, Sequence

from torch import Tensor, nn

from cnnlab.base.errors import ConfigError
from cnnlab.base.schema import NonNegativeInt, Positive, PositiveInt
from cnnlab.networks.models.blocks import (
    ActivationFactory,
    Classifier,
    NormalizationFactory,
    require_image_size,
    scaled,
)

GROWTH = 2.0  # as in VGG


class PlainCNN(Classifier):
    """Convolutions 3x3 with padding 1, max-pools between them, then linear layers; biases everywhere.

    A layer is convolution (or linear) -> normalization -> activation; the last linear layer has neither of the two.
    With batch normalization the biases before it have no effect; they are there so that all arms have the same layers.

    Args:
        num_classes: K.
        in_channels: C of the images.
        image_size: S, height and width of the images.
        normalization: behind every layer but the last.
        activation: behind every layer but the last.
        channels: output channels of each convolution.
        pool_after: the convolutions, from 1, that a 2x2 max-pool follows.
        hidden: units of each hidden linear layer; empty for the classifier alone.

    Shape:
        images (N, C, S, S) -> features (N, D) -> logits (N, K). D is the last hidden size, without hidden layers
        that of the flattened image.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        image_size: int,
        normalization: NormalizationFactory,
        activation: ActivationFactory,
        *,
        channels: list[int],
        pool_after: list[int],
        hidden: list[int],
    ) -> None:
        super().__init__()
        convolutions: OrderedDict[str, nn.Module] = OrderedDict()
        for i, (num_in, num_out) in enumerate(zip([in_channels, *channels], channels), 1):
            convolutions[f"conv{i}"] = nn.Conv2d(num_in, num_out, 3, padding=1)
            convolutions[f"norm{i}"] = normalization(num_out, 2)
            convolutions[f"act{i}"] = activation()
            if i in pool_after:
                convolutions[f"pool{i}"] = nn.MaxPool2d(2)
        num_flat = channels[-1] * (image_size // 2 ** len(pool_after)) ** 2
        linears: OrderedDict[str, nn.Module] = OrderedDict()
        for i, (num_in, num_out) in enumerate(zip([num_flat, *hidden], hidden), 1):
            linears[f"fc{i}"] = nn.Linear(num_in, num_out)
            linears[f"norm{i}"] = normalization(num_out, 0)
            linears[f"act{i}"] = activation()
        self.convolutions = nn.Sequential(convolutions)
        self.hidden = nn.Sequential(linears)
        self.num_features = hidden[-1] if hidden else num_flat
        self.fc = nn.Linear(self.num_features, num_classes)

    def features(self, x: Tensor) -> Tensor:
        """Return the activations of the last hidden layer, (N, D), of images (N, C, S, S)."""
        x = self.convolutions(x).flatten(1)  # (N, C, h, w) -> (N, C*h*w)
        features: Tensor = self.hidden(x)
        return features

    def classifier(self, features: Tensor) -> Tensor:
        """Return logits (N, K) of features (N, D)."""
        logits: Tensor = self.fc(features)
        return logits


def plain_cnn(
    num_classes: int,
    in_channels: int,
    image_size: int,
    normalization: NormalizationFactory,
    activation: ActivationFactory,
    *,
    conv_layers: PositiveInt = 4,
    linear_layers: PositiveInt = 2,
    channels: tuple[PositiveInt, ...] | PositiveInt = 32,
    growth: Positive = GROWTH,
    pools: NonNegativeInt = 2,
    stages: tuple[PositiveInt, ...] | None = None,
    max_channels: PositiveInt | None = None,
    hidden: tuple[PositiveInt, ...] | PositiveInt = 128,
    width: Positive = 1.0,
) -> Classifier:
    """A stack of 3x3 convolutions with max-pools spread over it, then linear layers; any depth."""
    if pools > conv_layers:
        raise ConfigError(f"model.pools: must be <= model.conv_layers ({conv_layers}), got {pools}.")
    require_image_size("plain_cnn", image_size, at_least=2**pools)
    if stages is None:
        pool_after = _spread(pools, conv_layers)
    elif (len(stages), sum(stages)) == (pools, conv_layers):
        pool_after = list(itertools.accumulate(stages))
    else:
        raise ConfigError(
            f"model.stages: must be model.pools ({pools}) numbers that add up to model.conv_layers ({conv_layers}), "
            f"got {list(stages)}."
        )
    counts: Sequence[float]
    if isinstance(channels, int):
        num_pools_before = [sum(pool < i for pool in pool_after) for i in range(1, conv_layers + 1)]
        limit = math.inf if max_channels is None else max_channels
        counts = [min(channels * growth**pools, limit) for pools in num_pools_before]
    else:
        _refuse_growth(growth, max_channels)
        counts = _one_per_layer("channels", channels, conv_layers, "model.conv_layers")
    if isinstance(hidden, int):
        units = [hidden] * (linear_layers - 1)
    else:
        units = _one_per_layer("hidden", hidden, linear_layers - 1, "model.linear_layers - 1")
    return PlainCNN(
        num_classes,
        in_channels,
        image_size,
        normalization,
        activation,
        channels=[scaled(count, width) for count in counts],
        pool_after=pool_after,
        hidden=[scaled(count, width) for count in units],
    )


def _one_per_layer(option: str, numbers: tuple[int, ...], layers: int, layers_key: str) -> list[int]:
    """Return the numbers of a list, which must have one for each layer."""
    if len(numbers) != layers:
        raise ConfigError(
            f"model.{option}: a list must have one number for each layer, {layers_key} ({layers}), "
            f"got {len(numbers)}: {list(numbers)}."
        )
    return list(numbers)


def _refuse_growth(growth: float, max_channels: int | None) -> None:
    """Refuse a rule for the channels where a list gives them; what is at its default was not said."""
    if growth != GROWTH:
        raise ConfigError(f"model.growth: has no effect where model.channels is a list, got {growth:g}. Leave it out.")
    if max_channels is not None:
        raise ConfigError(
            f"model.max_channels: has no effect where model.channels is a list, got {max_channels}. "
            "Set model.max_channels=null."
        )


def _spread(pools: int, conv_layers: int) -> list[int]:
    """Return the convolutions, from 1, that a pool follows: evenly, the last one always, early rather than late.

    Two pools on four convolutions: after 2 and 4; on five: after 2 and 5.
    """
    return [i * conv_layers // pools for i in range(1, pools + 1)]


PLAIN_CNN: dict[str, Callable[..., Classifier]] = {"plain_cnn": plain_cnn}
