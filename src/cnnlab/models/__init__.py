"""Models: (num_classes, in_channels, image_size, normalization, activation) -> Classifier."""

from __future__ import annotations

from collections.abc import Callable

from cnnlab.models.blocks import Classifier
from cnnlab.models.cnn6 import CNN6
from cnnlab.models.plain_cnn import PLAIN_CNN
from cnnlab.models.resnet import RESNET

MODELS: dict[str, Callable[..., Classifier]] = {**CNN6, **PLAIN_CNN, **RESNET}
