"""Models: (num_classes, in_channels, image_size, normalization, activation) -> Classifier."""

from __future__ import annotations

from collections.abc import Callable

from cnnlab.models.basenet import BASENET
from cnnlab.models.blocks import Classifier
from cnnlab.models.cnn6 import CNN6
from cnnlab.models.lenet import LENET
from cnnlab.models.plain_cnn import PLAIN_CNN
from cnnlab.models.resnet import RESNET

MODELS: dict[str, Callable[..., Classifier]] = {**LENET, **CNN6, **PLAIN_CNN, **BASENET, **RESNET}
