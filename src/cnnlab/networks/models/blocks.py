"""What the model families share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from torch import Tensor, nn

from cnnlab.base.errors import ConfigError

NormalizationFactory = Callable[[int, int], nn.Module]
"""(num_features, spatial_dims) -> module; 2 spatial dimensions for (N, C, H, W), 0 for (N, D)."""

ActivationFactory = Callable[[], nn.Module]


class Classifier(nn.Module, ABC):
    """A network in two parts: images to features, features to one logit per class."""

    num_features: int
    """D, the length of an image's feature vector."""
    num_to_see: int = 0
    """Training images that `see` wants, at most."""

    @abstractmethod
    def features(self, x: Tensor) -> Tensor:
        """Return features float (N, D) of images float (N, C, H, W)."""

    @abstractmethod
    def classifier(self, features: Tensor) -> Tensor:
        """Return logits float (N, K) of features float (N, D)."""

    def see(self, images: Tensor) -> None:
        """Take what is fixed from the data before training; most networks take nothing.

        Args:
            images: of the training split as the network will get them, without augmentation: float32 (N, C, H, W), on
                the CPU.
        """

    def forward(self, x: Tensor) -> Tensor:
        """Return logits float (N, K) of images float (N, C, H, W)."""
        return self.classifier(self.features(x))


class HeConv2d(nn.Conv2d):
    """Convolution with He initialisation.

    w ~ N(0, 2 / (out_channels * kernel_height * kernel_width))    He et al. 2015, arXiv:1502.01852, sec. 2.2

    The backward variant (fan out), as in torchvision's resnets. It draws in `reset_parameters`, so that
    `randomness.initialise` finds it.
    """

    def reset_parameters(self) -> None:
        """Draw the weights; a bias starts at 0."""
        nn.init.kaiming_normal_(self.weight, mode="fan_out", nonlinearity="relu")
        if self.bias is not None:
            nn.init.zeros_(self.bias)


def scaled(count: int | float, width: float) -> int:
    """Return a count of channels or units times `width`, rounded, at least 1."""
    return max(1, round(count * width))


def require_image_size(model: str, image_size: int, *, at_least: int) -> None:
    """Refuse images that the layers of `model` would shrink to nothing.

    Args:
        model: its name, as the user typed it.
        image_size: height and width of the images, in pixels.
        at_least: the smallest that leaves one pixel.

    Raises:
        ConfigError: the images are smaller.
    """
    if image_size < at_least:
        raise ConfigError(
            f"model ({model}): needs images of at least {at_least}x{at_least} pixels, got {image_size}x{image_size}. "
            f"Set dataset.image_size={at_least} or more."
        )
