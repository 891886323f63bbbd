"""lenet: the first convolutional network in wide use."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn

from cnnlab.base.schema import Positive
from cnnlab.networks.models.blocks import (
    ActivationFactory,
    Classifier,
    NormalizationFactory,
    require_image_size,
    scaled,
)

MIN_IMAGE_SIZE = 16  # leaves one pixel: conv 16 -> 12, pool -> 6, conv -> 2, pool -> 1


class LeNet(Classifier):
    """LeNet-5: two convolutions 5x5 without padding, each with an average-pool, three linear layers.

    LeCun et al. 1998, "Gradient-based learning applied to document recognition", fig. 2. As is usual today, pools have
    no weights of their own, every map of conv2 sees all of conv1's, and the last layer is linear. The original has
    `normalization=none activation=tanh`, for 1x32x32 input: 61,706 parameters.

    Args:
        num_classes: K.
        in_channels: C of the images.
        image_size: S, height and width of the images, at least 16.
        normalization: behind every layer but the last.
        activation: behind every layer but the last, before the pools.
        width: factor on the number of channels and units.

    Shape:
        images (N, C, S, S) -> features (N, 84) at width 1 -> logits (N, K).

    Raises:
        ConfigError: the images are smaller than 16x16.
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
    ) -> None:
        super().__init__()
        require_image_size("lenet", image_size, at_least=MIN_IMAGE_SIZE)
        c1, c2, d1, d2 = (scaled(count, width) for count in (6, 16, 120, 84))
        side = ((image_size - 4) // 2 - 4) // 2
        self.conv1 = nn.Conv2d(in_channels, c1, 5)
        self.norm1 = normalization(c1, 2)
        self.act1 = activation()
        self.pool1 = nn.AvgPool2d(2)
        self.conv2 = nn.Conv2d(c1, c2, 5)
        self.norm2 = normalization(c2, 2)
        self.act2 = activation()
        self.pool2 = nn.AvgPool2d(2)
        self.fc1 = nn.Linear(c2 * side * side, d1)
        self.norm3 = normalization(d1, 0)
        self.act3 = activation()
        self.fc2 = nn.Linear(d1, d2)
        self.norm4 = normalization(d2, 0)
        self.act4 = activation()
        self.fc3 = nn.Linear(d2, num_classes)
        self.num_features = d2

    def features(self, x: Tensor) -> Tensor:
        """Return the activations of fc2, (N, D), of images (N, C, S, S)."""
        x = self.pool1(self.act1(self.norm1(self.conv1(x))))  # (N, 6, 14, 14) at 32x32 pixels
        x = self.pool2(self.act2(self.norm2(self.conv2(x)))).flatten(1)  # (N, 16, 5, 5) -> (N, 400)
        x = self.act3(self.norm3(self.fc1(x)))
        features: Tensor = self.act4(self.norm4(self.fc2(x)))
        return features

    def classifier(self, features: Tensor) -> Tensor:
        """Return logits (N, K) of features (N, D)."""
        logits: Tensor = self.fc3(features)
        return logits


def lenet(
    num_classes: int,
    in_channels: int,
    image_size: int,
    normalization: NormalizationFactory,
    activation: ActivationFactory,
    *,
    width: Positive = 1.0,
) -> Classifier:
    """LeNet-5 (LeCun et al. 1998): two convolutions with average-pools, three linear layers; 62 k parameters."""
    return LeNet(num_classes, in_channels, image_size, normalization, activation, width=width)


LENET: dict[str, Callable[..., Classifier]] = {"lenet": lenet}
