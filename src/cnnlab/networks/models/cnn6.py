"""cnn6: six small convolutions and four linear layers."""

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

MIN_IMAGE_SIZE = 8  # leaves one pixel: conv 8 -> 6, pool -> 3, conv -> 1


class Cnn6(Classifier):
    """Six convolutions without padding, one max-pool, four linear layers; biases everywhere.

    Each layer is followed by one activation, fc4 by none. Where there is a normalization, the activation comes behind
    it; at conv1 it comes before the max-pool, which gives the same values for every rising activation.
    81 % of the parameters are those of fc1 at 32x32 pixels.

    Args:
        num_classes: K.
        in_channels: C of the images.
        image_size: S, height and width of the images, at least 8.
        normalization: behind conv5 and fc2.
        activation: behind every layer but fc4.
        width: factor on the number of channels and units.

    Shape:
        images (N, C, S, S) -> features (N, 256) at width 1 -> logits (N, K).

    Raises:
        ConfigError: the images are smaller than 8x8.
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
        require_image_size("cnn6", image_size, at_least=MIN_IMAGE_SIZE)
        c1, c2, c3, c4, c5, c6 = (scaled(count, width) for count in (6, 8, 10, 12, 14, 16))
        d1, d2, d3 = (scaled(count, width) for count in (1024, 512, 256))
        side = (image_size - 2) // 2 - 2
        self.conv1 = nn.Conv2d(in_channels, c1, 3)
        self.act1 = activation()
        self.pool = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(c1, c2, 3)
        self.act2 = activation()
        self.conv3 = nn.Conv2d(c2, c3, 1)
        self.act3 = activation()
        self.conv4 = nn.Conv2d(c3, c4, 1)
        self.act4 = activation()
        self.conv5 = nn.Conv2d(c4, c5, 1)
        self.norm1 = normalization(c5, 2)
        self.act5 = activation()
        self.conv6 = nn.Conv2d(c5, c6, 1)
        self.act6 = activation()
        self.fc1 = nn.Linear(c6 * side * side, d1)
        self.act7 = activation()
        self.fc2 = nn.Linear(d1, d2)
        self.norm2 = normalization(d2, 0)
        self.act8 = activation()
        self.fc3 = nn.Linear(d2, d3)
        self.act9 = activation()
        self.fc4 = nn.Linear(d3, num_classes)
        self.num_features = d3

    def features(self, x: Tensor) -> Tensor:
        """Return the activations of fc3, (N, D), of images (N, C, S, S)."""
        x = self.pool(self.act1(self.conv1(x)))  # (N, 6, 15, 15) at 32x32 pixels
        x = self.act2(self.conv2(x))  # (N, 8, 13, 13)
        x = self.act3(self.conv3(x))
        x = self.act4(self.conv4(x))
        x = self.act5(self.norm1(self.conv5(x)))
        x = self.act6(self.conv6(x)).flatten(1)  # (N, 16, 13, 13) -> (N, 2704)
        x = self.act7(self.fc1(x))
        x = self.act8(self.norm2(self.fc2(x)))
        features: Tensor = self.act9(self.fc3(x))
        return features

    def classifier(self, features: Tensor) -> Tensor:
        """Return logits (N, K) of features (N, D)."""
        logits: Tensor = self.fc4(features)
        return logits


def cnn6(
    num_classes: int,
    in_channels: int,
    image_size: int,
    normalization: NormalizationFactory,
    activation: ActivationFactory,
    *,
    width: Positive = 1.0,
) -> Classifier:
    """Six small convolutions, one max-pool, four linear layers; 3.4 M parameters at 32x32 pixels."""
    return Cnn6(num_classes, in_channels, image_size, normalization, activation, width=width)


CNN6: dict[str, Callable[..., Classifier]] = {"cnn6": cnn6}
