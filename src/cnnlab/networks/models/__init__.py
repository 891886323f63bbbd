"""Models: (num_classes, in_channels, image_size, normalization, activation) -> Classifier."""

from __future__ import annotations

from collections.abc import Callable

from cnnlab.networks.models.basenet import BASENET
from cnnlab.networks.models.blocks import Classifier
from cnnlab.networks.models.cnn6 import CNN6
from cnnlab.networks.models.lenet import LENET
from cnnlab.networks.models.plain_cnn import PLAIN_CNN
from cnnlab.networks.models.resnet import RESNET
from cnnlab.networks.models.speednet import SPEEDNET

MODELS: dict[str, Callable[..., Classifier]] = {**LENET, **CNN6, **PLAIN_CNN, **BASENET, **RESNET, **SPEEDNET}
