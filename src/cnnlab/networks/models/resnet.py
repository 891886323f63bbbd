"""Residual networks, with the names of torchvision's modules, so that its weight files load.

He et al. 2015, "Deep residual learning for image recognition", arXiv:1512.03385
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Literal

from torch import Tensor, nn

from cnnlab.base.schema import Fraction, Positive
from cnnlab.networks.models.blocks import ActivationFactory, Classifier, HeConv2d, NormalizationFactory, scaled

STAGE_CHANNELS = (64, 128, 256, 512)  # He et al. 2015, table 1

Stem = Literal["imagenet", "cifar"]


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut.

    y = act(norm(conv(act(norm(conv(x))))) + shortcut(x))    He et al. 2015, fig. 5 left

    Args:
        in_channels: C of the input.
        channels: C' of the output.
        stride: s of the first convolution and the shortcut.
        normalization: behind each convolution.
        activation: behind the first normalization and behind the sum.

    Shape:
        (N, C, H, W) -> (N, C', ceil(H / s), ceil(W / s)).
    """

    expansion: ClassVar[int] = 1
    """Output channels of the block per channel of its stage."""

    def __init__(
        self,
        in_channels: int,
        channels: int,
        *,
        stride: int,
        normalization: NormalizationFactory,
        activation: ActivationFactory,
    ) -> None:
        super().__init__()
        self.conv1 = HeConv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = normalization(channels, 2)
        self.act1 = activation()
        self.conv2 = HeConv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = normalization(channels, 2)
        self.downsample = _shortcut(in_channels, channels, stride=stride, normalization=normalization)
        self.act2 = activation()

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output."""
        residual = self.act1(self.bn1(self.conv1(x)))
        residual = self.bn2(self.conv2(residual))
        y: Tensor = self.act2(residual + self.downsample(x))
        return y


class Bottleneck(nn.Module):
    """A 1x1, a 3x3 and a 1x1 convolution and a shortcut; inside it is four times narrower than outside.

    y = act(norm(conv(act(norm(conv(act(norm(conv(x)))))))) + shortcut(x))    He et al. 2015, fig. 5 right

    The stride is that of the 3x3 convolution, as in torchvision ("v1.5"); the paper has it in the first 1x1.

    Args:
        in_channels: C of the input.
        channels: a quarter of C', the channels of the output.
        stride: s of the 3x3 convolution and the shortcut.
        normalization: behind each convolution.
        activation: behind the first two normalizations and behind the sum.

    Shape:
        (N, C, H, W) -> (N, C', ceil(H / s), ceil(W / s)).
    """

    expansion: ClassVar[int] = 4
    """Output channels of the block per channel of its stage."""

    def __init__(
        self,
        in_channels: int,
        channels: int,
        *,
        stride: int,
        normalization: NormalizationFactory,
        activation: ActivationFactory,
    ) -> None:
        super().__init__()
        out_channels = channels * self.expansion
        self.conv1 = HeConv2d(in_channels, channels, 1, bias=False)
        self.bn1 = normalization(channels, 2)
        self.act1 = activation()
        self.conv2 = HeConv2d(channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn2 = normalization(channels, 2)
        self.act2 = activation()
        self.conv3 = HeConv2d(channels, out_channels, 1, bias=False)
        self.bn3 = normalization(out_channels, 2)
        self.downsample = _shortcut(in_channels, out_channels, stride=stride, normalization=normalization)
        self.act3 = activation()

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output."""
        residual = self.act1(self.bn1(self.conv1(x)))
        residual = self.act2(self.bn2(self.conv2(residual)))
        residual = self.bn3(self.conv3(residual))
        y: Tensor = self.act3(residual + self.downsample(x))
        return y


Block = type[BasicBlock] | type[Bottleneck]


class ResNet(Classifier):
    """Stem, four stages of residual blocks, mean over the pixels, one linear layer. Convolutions have no bias.

    Module names are torchvision's also where another normalization stands in the place of batch normalization (`bn1`).
    The padding leaves at least one pixel of images of any size.

    Args:
        block: what the stages are built of.
        num_blocks: blocks per stage.
        num_classes: K.
        in_channels: C of the images.
        normalization: behind every convolution.
        activation: behind the stem's normalization and in the blocks.
        stem: `imagenet`: 7x7 with stride 2 and max-pool, a quarter of the size; `cifar`: 3x3, the full size.
        dropout: probability that a value behind an activation of the blocks is set to 0; None: no such layers.
        width: factor on the number of channels.

    Shape:
        images (N, C, H, W) -> features (N, D), D = 512 * block.expansion at width 1 -> logits (N, K).
    """

    def __init__(
        self,
        block: Block,
        num_blocks: tuple[int, int, int, int],
        num_classes: int,
        in_channels: int,
        normalization: NormalizationFactory,
        activation: ActivationFactory,
        *,
        stem: Stem,
        dropout: float | None,
        width: float,
    ) -> None:
        super().__init__()

        def block_activation() -> nn.Module:
            return nn.Sequential(activation(), nn.Dropout(dropout)) if dropout else activation()

        c1, c2, c3, c4 = (scaled(count, width) for count in STAGE_CHANNELS)
        d1, d2, d3, d4 = (block.expansion * count for count in (c1, c2, c3, c4))
        is_large = stem == "imagenet"
        kernel, stride = (7, 2) if is_large else (3, 1)

        def stage(num_in: int, channels: int, depth: int, *, stride: int) -> nn.Sequential:
            first = block(num_in, channels, stride=stride, normalization=normalization, activation=block_activation)
            num_out = block.expansion * channels
            rest = (
                block(num_out, channels, stride=1, normalization=normalization, activation=block_activation)
                for _ in range(depth - 1)
            )
            return nn.Sequential(first, *rest)

        self.conv1 = HeConv2d(in_channels, c1, kernel, stride=stride, padding=kernel // 2, bias=False)
        self.bn1 = normalization(c1, 2)
        self.act1 = activation()
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1) if is_large else nn.Identity()
        self.layer1 = stage(c1, c1, num_blocks[0], stride=1)
        self.layer2 = stage(d1, c2, num_blocks[1], stride=2)
        self.layer3 = stage(d2, c3, num_blocks[2], stride=2)
        self.layer4 = stage(d3, c4, num_blocks[3], stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.num_features = d4
        self.fc = nn.Linear(d4, num_classes)

    def features(self, x: Tensor) -> Tensor:
        """Return the means over the pixels, (N, D), of images (N, C, H, W)."""
        x = self.maxpool(self.act1(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        features: Tensor = self.avgpool(x).flatten(1)  # (N, D, h, w) -> (N, D)
        return features

    def classifier(self, features: Tensor) -> Tensor:
        """Return logits (N, K) of features (N, D)."""
        logits: Tensor = self.fc(features)
        return logits


def _shortcut(in_channels: int, out_channels: int, *, stride: int, normalization: NormalizationFactory) -> nn.Module:
    """Return the identity, or where the shape changes a 1x1 convolution and its normalization ("option B")."""
    if stride == 1 and in_channels == out_channels:
        return nn.Identity()
    return nn.Sequential(Projection(in_channels, out_channels, step=stride), normalization(out_channels, 2))


class Projection(HeConv2d):
    """1x1 convolution of every s-th pixel, without bias.

    It computes what a strided one does. That one's backward pass writes beyond its memory in torch 2.15, on a CPU, with
    few channels, channels last, at 64x64 and above: the process dies.

    Args:
        in_channels: C of the input.
        out_channels: C' of the output.
        step: s.

    Shape:
        (N, C, H, W) -> (N, C', ceil(H / s), ceil(W / s)).
    """

    def __init__(self, in_channels: int, out_channels: int, *, step: int) -> None:
        super().__init__(in_channels, out_channels, 1, bias=False)
        self.step = step

    def forward(self, x: Tensor) -> Tensor:
        """Return the projected pixels."""
        return super().forward(x[:, :, :: self.step, :: self.step])


def resnet18(
    num_classes: int,
    in_channels: int,
    image_size: int,  # noqa: ARG001 - any size will do
    normalization: NormalizationFactory,
    activation: ActivationFactory,
    *,
    stem: Stem = "cifar",
    dropout: Fraction | None = None,
    width: Positive = 1.0,
) -> Classifier:
    """18-layer residual network (He et al. 2015, arXiv:1512.03385), 11.2 M parameters; stem for ImageNet or CIFAR."""
    blocks = (2, 2, 2, 2)
    return ResNet(
        BasicBlock, blocks, num_classes, in_channels, normalization, activation, stem=stem, dropout=dropout, width=width
    )


def resnet34(
    num_classes: int,
    in_channels: int,
    image_size: int,  # noqa: ARG001 - any size will do
    normalization: NormalizationFactory,
    activation: ActivationFactory,
    *,
    stem: Stem = "cifar",
    dropout: Fraction | None = None,
    width: Positive = 1.0,
) -> Classifier:
    """34-layer residual network (He et al. 2015, arXiv:1512.03385), 21.3 M parameters; stem for ImageNet or CIFAR."""
    blocks = (3, 4, 6, 3)
    return ResNet(
        BasicBlock, blocks, num_classes, in_channels, normalization, activation, stem=stem, dropout=dropout, width=width
    )


def resnet50(
    num_classes: int,
    in_channels: int,
    image_size: int,  # noqa: ARG001 - any size will do
    normalization: NormalizationFactory,
    activation: ActivationFactory,
    *,
    stem: Stem = "cifar",
    dropout: Fraction | None = None,
    width: Positive = 1.0,
) -> Classifier:
    """50-layer residual network of bottlenecks (He et al. 2015, arXiv:1512.03385), 23.5 M parameters."""
    blocks = (3, 4, 6, 3)
    return ResNet(
        Bottleneck, blocks, num_classes, in_channels, normalization, activation, stem=stem, dropout=dropout, width=width
    )


RESNET: dict[str, Callable[..., Classifier]] = {
    "resnet18": resnet18,
    "resnet34": resnet34,
    "resnet50": resnet50,
}
