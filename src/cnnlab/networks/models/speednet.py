"""speednet: a small network that is quick to an accuracy."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

from cnnlab.base.schema import Positive
from cnnlab.networks.models.blocks import (
    ActivationFactory,
    Classifier,
    NormalizationFactory,
    require_image_size,
    scaled,
)

MIN_IMAGE_SIZE = 17  # leaves 2x2 pixels for the last convolution: 17 -> 16 -> 8 -> 4 -> 2
_PATCH = 2  # pixels, side of what is whitened
_CHANNELS = (64, 256, 256)
_SCALE = 1 / 9  # of the logits
_EPS = 5e-4  # added to the variances that are divided by
_NUM_TO_SEE = 5000  # training images from which the first layer is fixed
_PORTION = 500  # images whose patches are in memory at a time


class Whitening(nn.Conv2d):
    """Convolution whose filters whiten patches of 2x2 pixels, each with its negative; only its bias learns.

    The filters are the eigenvectors of the patches' covariance, over the root of their variance (Page 2019; Jordan
    2024, arXiv:2404.00498, sec. 3.1). They are set by `fit`; until then they are random.

    Args:
        in_channels: C; there are 8 C filters.
    """

    def __init__(self, in_channels: int) -> None:
        super().__init__(in_channels, 2 * in_channels * _PATCH**2, _PATCH)

    @torch.no_grad()
    def fit(self, images: Tensor) -> None:
        """Set the filters from images float32 (N, C, H, W)."""
        portions = torch.split(images, _PORTION)
        covariance = torch.stack([_covariance(portion) for portion in portions]).sum(0) / len(images)
        variances, vectors = torch.linalg.eigh(covariance)
        filters = (vectors / (variances + _EPS).sqrt()).T.flip(0).view(-1, *self.weight.shape[1:])
        self.weight.copy_(torch.cat((filters, -filters)))


def _covariance(images: Tensor) -> Tensor:
    """Return the sum over images (N, C, H, W) of the mean outer product of their patches, float64 (4 C, 4 C)."""
    patches = images.unfold(2, _PATCH, 1).unfold(3, _PATCH, 1)  # (N, C, H-1, W-1, 2, 2)
    patches = patches.permute(0, 2, 3, 1, 4, 5).flatten(3).flatten(1, 2)
    return (patches.mT @ patches).double().sum(0) / patches.shape[1]


class DiracConv2d(nn.Conv2d):
    """Convolution of 3x3 without bias. At the start its first filters pass a channel on, the others are random."""

    def reset_parameters(self) -> None:
        """Draw the weights; one filter per channel that comes in is the identity."""
        super().reset_parameters()
        nn.init.dirac_(self.weight.data[: self.in_channels])


class Speednet(Classifier):
    """Whitened patches, three stages of two convolutions, a maximum over what is left, a scaled linear layer.

    Jordan 2024, arXiv:2404.00498, sec. 3, after Page 2019: filters of the first layer are fixed from the data, later
    ones begin as the identity, normalizations have no factor (where they are batch normalization), logits are
    scaled by 1/9.

    Args:
        num_classes: K.
        in_channels: C of the images.
        image_size: S, height and width of the images, at least 17.
        normalization: behind every convolution of the stages.
        activation: behind every convolution.
        width: factor on the number of channels.
        whitening: whether the first layer's filters are fixed from the data; else they learn as others do.
        identity: whether later filters begin as the identity; else all are random.

    Shape:
        images (N, C, S, S) -> features (N, 256) at width 1 -> logits (N, K).

    Raises:
        ConfigError: the images are smaller than 17x17.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        image_size: int,
        normalization: NormalizationFactory,
        activation: ActivationFactory,
        *,
        width: float,
        whitening: bool,
        identity: bool,
    ) -> None:
        super().__init__()
        require_image_size("speednet", image_size, at_least=MIN_IMAGE_SIZE)
        channels = [scaled(count, width) for count in _CHANNELS]
        self.num_to_see = _NUM_TO_SEE if whitening else 0
        self.whitening = Whitening(in_channels)
        self.whitening.weight.requires_grad_(not whitening)
        self.act0 = activation()
        before = [self.whitening.out_channels, *channels]
        self.stages = nn.Sequential(
            *(_stage(c, d, normalization, activation, identity=identity) for c, d in zip(before, channels))
        )
        self.pool = nn.AdaptiveMaxPool2d(1)
        self.fc = nn.Linear(channels[-1], num_classes, bias=False)
        self.num_features = channels[-1]

    def see(self, images: Tensor) -> None:
        """Fix the first layer's filters from the training images."""
        self.whitening.fit(images)

    def features(self, x: Tensor) -> Tensor:
        """Return the maxima of the last stage's channels, (N, D), of images (N, C, S, S)."""
        x = self.act0(self.whitening(x))  # (N, 24, 31, 31) at 3x32x32
        x = self.stages(x)  # (N, 256, 3, 3)
        features: Tensor = self.pool(x).flatten(1)
        return features

    def classifier(self, features: Tensor) -> Tensor:
        """Return logits (N, K) of features (N, D)."""
        logits: Tensor = self.fc(features) * _SCALE
        return logits


def _stage(
    in_channels: int,
    out_channels: int,
    normalization: NormalizationFactory,
    activation: ActivationFactory,
    *,
    identity: bool,
) -> nn.Sequential:
    conv = partial(DiracConv2d if identity else nn.Conv2d, kernel_size=3, padding=1, bias=False)
    stage = nn.Sequential(
        conv(in_channels, out_channels), nn.MaxPool2d(2), normalization(out_channels, 2), activation(),
        conv(out_channels, out_channels), normalization(out_channels, 2), activation(),
    )  # fmt: skip
    for layer in stage:
        if isinstance(layer, nn.BatchNorm2d) and layer.weight is not None:
            layer.weight.requires_grad_(False)
    return stage


def speednet(
    num_classes: int,
    in_channels: int,
    image_size: int,
    normalization: NormalizationFactory,
    activation: ActivationFactory,
    *,
    width: Positive = 1.0,
    whitening: bool = True,
    identity: bool = True,
) -> Classifier:
    """Whitened patches and three stages of two convolutions; 2.0 M parameters, quick to an accuracy."""
    return Speednet(
        num_classes, in_channels, image_size, normalization, activation,
        width=width, whitening=whitening, identity=identity,
    )  # fmt: skip


SPEEDNET: dict[str, Callable[..., Classifier]] = {"speednet": speednet}
