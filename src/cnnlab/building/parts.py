"""What a run is made of, whichever command builds it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

import torch.nn.functional as F
from torch import Tensor, nn

from cnnlab.base.schema import Plain
from cnnlab.data.batches import Batches
from cnnlab.data.image_normalization import Normalization, no_normalization
from cnnlab.data.scaling import Scaling, middle, scaling_of
from cnnlab.data.stores import Data
from cnnlab.networks.transfer.class_mapping import ClassMapping
from cnnlab.training.learning import Learning

SplitBatches = tuple[Batches, Batches | None, Batches]
"""training, validation (None: there is none) and test split"""


@dataclass(frozen=True)
class ImageSpec:
    """What a model has to know of the images: kept with its weights, so that they can be used again."""

    classes: tuple[str, ...]
    channels: int
    image_size: int
    """Height and width of what the model sees, in pixels."""
    normalization: Normalization
    resize: int | None = None
    """Height and width to which images are scaled before their middle is cut out; None: they come as they are seen."""
    interpolation: str = "bilinear"
    """Of the scaling: bilinear or bicubic, both with antialiasing."""
    is_published: bool = False
    """Whether to scale and cut to the pixel as torchvision does for its weights."""
    is_squashed: bool = False
    """Whether files become squares by scaling alone, whatever the ratio of their sides; else they are cut too."""
    border: tuple[int, ...] | None = None
    """Grey levels of what files are put in the middle of to become squares; None: they have no border."""
    read_size: int | None = None
    """Height and width at which files are decoded; None, of older runs: `resize`, or what the model sees."""

    @property
    def file_size(self) -> int:
        """Height and width at which a file is decoded, as the run's own images were before any scaling in memory."""
        return self.read_size or self.resize or self.image_size

    @property
    def stored_size(self) -> int:
        """Height and width of the images that `prepare` is given."""
        return self.image_size if self.resize is None else self.file_size

    @property
    def scaling(self) -> Scaling:
        """How files come to `file_size`."""
        crop = self.image_size if self.is_published else None
        return scaling_of(self.interpolation, crop, is_squashed=self.is_squashed, border=self.border)

    def prepare(self, images: Tensor) -> Tensor:
        """Turn uint8 images (N, C, h, w) into what the model takes, float32 (N, C, H, W): scaled, cut, normalized."""
        if self.resize is not None:  # as torchvision's Resize and CenterCrop
            if images.shape[2:] != (self.resize, self.resize):
                size = (self.resize, self.resize)
                images = F.interpolate(images.float(), size, mode=self.interpolation, antialias=True).clamp_(0, 255)
            start = middle(self.resize, self.image_size) if self.is_published else (self.resize - self.image_size) // 2
            images = images[:, :, start : start + self.image_size, start : start + self.image_size]
        return self.normalization.apply(images)

    def seen(self, images: Tensor) -> Tensor:
        """Return uint8 images (N, C, h, w) as what the model sees, uint8 (N, C, H, W): scaled and cut alone."""
        plain = dataclasses.replace(self, normalization=no_normalization(self.channels))
        return plain.prepare(images).mul(255).round().byte()


@dataclass(frozen=True)
class Parts:
    """What a run is made of."""

    data: Data
    images: ImageSpec
    train: Batches
    val: Batches | None
    test: Batches
    learning: Learning
    """What learns and how: in steps, at once, or not at all."""
    network: nn.Module
    """What an image passes through and is counted: the model itself; of a frozen backbone and a head that is not
    trained in steps, the backbone."""
    saved: Plain = field(default_factory=dict)
    """What is saved beside the weights, so that they can be used again."""
    mapping: ClassMapping | None = None
    """What the network's answers stand for, where they are about other classes than the data set's."""
    features_seconds: float = 0.0
    """Of building it: to compute features, which other runs then find kept."""
