"""basenet: residual blocks at the full size of the image, and the switches of its ablation study."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from torch import Tensor, nn

from cnnlab.base.errors import ConfigError
from cnnlab.base.schema import Positive, PositiveInt
from cnnlab.networks.models.blocks import (
    ActivationFactory,
    Classifier,
    NormalizationFactory,
    require_image_size,
    scaled,
)

NormalizationPlace = Literal["before_activation", "after_activation"]


@dataclass(frozen=True)
class BlockOptions:
    """What all blocks of a network have in common."""

    normalization: NormalizationFactory
    activation: ActivationFactory
    place: NormalizationPlace
    convs_per_block: int
    residual: bool
    """Whether the block's input is added to its output."""
    residual_scale: float
    """s, the factor on the block's output before the sum."""

    def layer(self, in_channels: int, channels: int) -> nn.Sequential:
        """Return a 3x3 convolution with its normalization and activation."""
        conv = nn.Conv2d(in_channels, channels, 3, padding=1)
        norm, act = self.normalization(channels, 2), self.activation()
        return nn.Sequential(conv, norm, act) if self.place == "before_activation" else nn.Sequential(conv, act, norm)


class ResBlock(nn.Module):
    """Convolutions with normalization and activation, and a shortcut; nothing follows the sum.

    y = s * f(x) + shortcut(x),  f = act(norm(conv( ... x)))

    Args:
        in_channels: C of the input.
        channels: C' of the output; where it differs, the shortcut is a 1x1 convolution, else the identity.
        options: without `residual`, y = f(x), and there is no shortcut.

    Shape:
        (N, C, H, W) -> (N, C', H, W).
    """

    def __init__(self, in_channels: int, channels: int, options: BlockOptions) -> None:
        super().__init__()
        more = (options.layer(channels, channels) for _ in range(options.convs_per_block - 1))
        self.layers = nn.Sequential(options.layer(in_channels, channels), *more)
        self.scale = options.residual_scale
        self.shortcut: nn.Module | None = None
        if options.residual:
            self.shortcut = nn.Identity() if in_channels == channels else nn.Conv2d(in_channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output."""
        y: Tensor = self.layers(x)
        return y if self.shortcut is None else self.scale * y + self.shortcut(x)


class BaseNet(Classifier):
    """A stem, stages of blocks with few max-pools between them, two linear layers.

    Args:
        num_classes: K.
        in_channels: C of the images.
        image_size: S, height and width of the images.
        options: of the blocks, and of the stem, which is one layer without a shortcut.
        channels: of each stage; the stem has the first one's.
        blocks: of each stage.
        pool_after: the stages, from 1, that a 2x2 max-pool follows.
        hidden: D, units of the first linear layer.
        normalize_hidden: whether a normalization follows the first linear layer.
        normalize_logits: whether a normalization follows the last.

    Shape:
        images (N, C, S, S) -> features (N, D) -> logits (N, K).
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        image_size: int,
        options: BlockOptions,
        *,
        channels: list[int],
        blocks: tuple[int, ...],
        pool_after: tuple[int, ...],
        hidden: int,
        normalize_hidden: bool,
        normalize_logits: bool,
    ) -> None:
        super().__init__()
        self.stem = options.layer(in_channels, channels[0])
        self.stages = nn.Sequential()
        for i, (num_in, num_out, depth) in enumerate(zip([channels[0], *channels], channels, blocks), 1):
            for j in range(1, depth + 1):
                block = ResBlock(num_in if j == 1 else num_out, num_out, options)
                self.stages.add_module(f"block{i}_{j}", block)
            if i in pool_after:
                self.stages.add_module(f"pool{i}", nn.MaxPool2d(2))
        side = image_size // 2 ** len(pool_after)
        self.fc1 = nn.Linear(channels[-1] * side * side, hidden)
        self.norm1 = options.normalization(hidden, 0) if normalize_hidden else nn.Identity()
        self.act1 = options.activation()
        self.fc2 = nn.Linear(hidden, num_classes)
        self.norm2 = options.normalization(num_classes, 0) if normalize_logits else nn.Identity()
        self.num_features = hidden

    def features(self, x: Tensor) -> Tensor:
        """Return the activations of the first linear layer, (N, D), of images (N, C, S, S)."""
        x = self.stages(self.stem(x)).flatten(1)  # (N, C, h, w) -> (N, C*h*w)
        features: Tensor = self.act1(self.norm1(self.fc1(x)))
        return features

    def classifier(self, features: Tensor) -> Tensor:
        """Return logits (N, K) of features (N, D)."""
        logits: Tensor = self.norm2(self.fc2(features))
        return logits


def basenet(
    num_classes: int,
    in_channels: int,
    image_size: int,
    normalization: NormalizationFactory,
    activation: ActivationFactory,
    *,
    channels: tuple[PositiveInt, ...] = (64, 128, 256, 512),
    blocks: tuple[PositiveInt, ...] = (3, 4, 6, 3),
    convs_per_block: PositiveInt = 2,
    pool_after: tuple[PositiveInt, ...] = (4,),
    residual: bool = True,
    residual_scale: Positive = 1.0,
    normalization_place: NormalizationPlace = "before_activation",
    hidden: PositiveInt = 50,
    normalize_hidden: bool = False,
    normalize_logits: bool = True,
    width: Positive = 1.0,
) -> Classifier:
    """Residual blocks at full size, two linear layers; 28 M parameters, 22 G multiply-adds at 32x32: use width."""
    if len(blocks) != len(channels):
        raise ConfigError(
            f"model.blocks: must be one for each of model.channels ({len(channels)}), got {list(blocks)}."
        )
    if pool_after and max(pool_after) > len(channels):
        raise ConfigError(f"model.pool_after: must be <= {len(channels)}, the stages, got {list(pool_after)}.")
    pool_after = tuple(sorted(set(pool_after)))
    require_image_size("basenet", image_size, at_least=2 ** len(pool_after))
    return BaseNet(
        num_classes,
        in_channels,
        image_size,
        BlockOptions(normalization, activation, normalization_place, convs_per_block, residual, residual_scale),
        channels=[scaled(count, width) for count in channels],
        blocks=blocks,
        pool_after=pool_after,
        hidden=hidden,  # narrow as it is: six units in its place die together, and everything behind them
        normalize_hidden=normalize_hidden,
        normalize_logits=normalize_logits,
    )


BASENET: dict[str, Callable[..., Classifier]] = {"basenet": basenet}
