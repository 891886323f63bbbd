"""A backbone, which turns images into features, and the network that it makes with a head on top."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from cnnlab.base.errors import ConfigError
from cnnlab.networks.batch_norm import NO_VARIANCE, normalizes_by_batch
from cnnlab.networks.models.blocks import Classifier

RGB = 3
_TOKENS, _MAPS = 3, 4  # dimensions of (N, T, D) and (N, D, H, W)


@dataclass(frozen=True)
class Expected:
    """What a backbone's weights expect of an image: what was done to those that they were trained on."""

    mean: tuple[float, ...]
    std: tuple[float, ...]
    image_size: int | None = None
    """Height and width, in pixels; None: any."""
    resize: int | None = None
    """Height and width to which an image is scaled before the middle is cut out; None: as it comes."""
    interpolation: str = "bilinear"
    is_published: bool = False
    """Whether to scale and cut to the pixel as torchvision does for its weights."""
    is_squashed: bool = False
    """Whether both sides are scaled to `resize`, whatever their ratio; else the shorter one, and the longer is cut."""
    border: tuple[int, ...] | None = None
    """Grey levels of a border along the shorter side, where the longer one is scaled to `resize`; None: none."""
    at_least: int = 1
    """The smallest height and width that the network works on, in pixels."""


class Backbone(nn.Module):
    """A network whose last layer has been taken off, or kept as a layer of features.

    Args:
        net: images float (N, C, H, W) -> features; a `Classifier`'s features where `takes_features`.
        num_features: D.
        expected: of the images.
        source: where the weights come from, in words.
        takes_features: whether to ask `net.features` instead of `net`.
        layers: names of what `trainable_layers` counts; None: the children that bear parameters.
        classes: what the outputs stand for, where they are ImageNet's.
        notes: what is to be said of how the weights came, a line each.
    """

    def __init__(
        self,
        net: nn.Module,
        num_features: int,
        *,
        expected: Expected,
        source: str,
        takes_features: bool = False,
        layers: Sequence[str] | None = None,
        classes: Sequence[str] = (),
        notes: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self.net = net
        self.num_features, self.expected, self.source = num_features, expected, source
        self.takes_features, self.classes, self.notes = takes_features, tuple(classes), tuple(notes)
        children = [name for name, child in net.named_children() if any(True for _ in child.parameters())]
        self.layer_names = tuple(children if layers is None else layers)

    @property
    def layers(self) -> list[tuple[str, nn.Module]]:
        """What `trainable_layers` counts, by name, in the network's order."""
        return [(name, self.net.get_submodule(name)) for name in self.layer_names]

    @property
    def channels(self) -> int:
        """Channels of the images that it takes, 3 for colour."""
        return len(self.expected.mean)

    def forward(self, images: Tensor) -> Tensor:
        """Return features (N, D), of maps or tokens the means; gray images become colour ones where it wants these."""
        if images.shape[1] == 1 and self.channels == RGB:
            images = images.expand(-1, RGB, -1, -1)
        if isinstance(self.net, Classifier) and self.takes_features:
            features = self.net.features(images)
        else:
            features = self.net(images)
        if features.ndim == _TOKENS:
            return features.mean(1)
        return features.mean((2, 3)) if features.ndim == _MAPS else features


class TransferNetwork(Classifier):
    """A backbone and a head on top of it.

    Args:
        backbone: images to features.
        head: features to one output per class.
        trainable_layers: of the backbone, from its end, that learn; None: all of it.

    Raises:
        ConfigError: the backbone has fewer layers.
    """

    def __init__(self, backbone: Backbone, head: nn.Module, *, trainable_layers: int | None) -> None:
        super().__init__()
        self.backbone, self.head = backbone, head
        self.num_features = backbone.num_features
        self.frozen = [] if trainable_layers is None else _freeze(backbone, trainable_layers)

    def features(self, x: Tensor) -> Tensor:
        """Return features (N, D) of images (N, C, H, W)."""
        features: Tensor = self.backbone(x)
        return features

    def classifier(self, features: Tensor) -> Tensor:
        """Return outputs (N, K) of features (N, D)."""
        outputs: Tensor = self.head(features)
        return outputs

    def train(self, mode: bool = True) -> TransferNetwork:
        """Switch the mode; what is frozen always computes as in evaluation, running statistics included."""
        super().train(mode)
        for module in self.frozen:
            module.eval()
        return self


def problem_of_one_image(network: TransferNetwork) -> str | None:
    """Say why a network cannot be trained with batches of one image; None if it can. Puts it into training mode."""
    if not normalizes_by_batch(network):
        return None
    return (
        f"batch_size: must be > 1 where layers with batch norm learn, got 1. {NO_VARIANCE}; "
        "take transfer.trainable_layers=0, transfer=features or a backbone without batch norm."
    )


def _freeze(backbone: Backbone, trainable_layers: int) -> list[nn.Module]:
    """Let only the last layers of a backbone learn; return the modules that do not."""
    layers = backbone.layers
    if trainable_layers > len(layers):
        names = ", ".join(name for name, _ in layers)
        raise ConfigError(
            f"transfer.trainable_layers: must be <= {len(layers)}, the backbone's layers ({names}), or all, "
            f"got {trainable_layers}."
        )
    learning = [child for _, child in layers[len(layers) - trainable_layers :]]
    backbone.requires_grad_(False)
    for child in learning:
        child.requires_grad_(True)
    if not learning:
        return [backbone]
    return list(_outside(backbone.net, set(learning)))


def _outside(module: nn.Module, learning: Set[nn.Module]) -> Iterator[nn.Module]:
    """Yield the largest parts of a module in which nothing learns."""
    for child in module.children():
        if learning.isdisjoint(child.modules()):
            yield child
        elif child not in learning:
            yield from _outside(child, learning)


def check_images(name: str, backbone: Backbone, channels: int, image_size: int) -> None:
    """Pass one empty image through a backbone, on the CPU.

    Args:
        name: of the backbone, as the user typed it.
        backbone: in any mode; comes back in the same.
        channels: of the images.
        image_size: their height and width, in pixels.

    Raises:
        ConfigError: it cannot take such images.
    """
    where = f"backbone ({name})"
    if channels not in (backbone.channels, 1):
        raise ConfigError(f"{where}: takes images of {backbone.channels} channels, got {channels}.")
    size, at_least = f"{image_size}x{image_size}", backbone.expected.at_least
    if image_size < at_least:
        raise ConfigError(
            f"{where}: needs images of at least {at_least}x{at_least} pixels, got {size}. "
            f"Set dataset.image_size={at_least} or more."
        )
    was_training = backbone.training
    try:
        with torch.inference_mode():
            backbone.eval()(torch.zeros(1, channels, image_size, image_size))
    except (RuntimeError, AssertionError, ValueError) as error:
        fitting = backbone.expected.image_size or at_least
        raise ConfigError(
            f"{where}: cannot take images of {size} pixels. Set dataset.image_size={fitting}, its own."
        ) from error
    backbone.train(was_training)
