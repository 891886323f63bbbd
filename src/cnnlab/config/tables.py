"""The tables of parts, by the name of their group."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cnnlab.data.augmentations import AUGMENTATIONS
from cnnlab.data.datasets import DATASETS
from cnnlab.networks.activations import ACTIVATIONS
from cnnlab.networks.models import MODELS
from cnnlab.networks.normalizations import NORMALIZATIONS
from cnnlab.networks.transfer.backbones import BACKBONES
from cnnlab.networks.transfer.heads import HEADS
from cnnlab.networks.transfer.transfers import TRANSFERS
from cnnlab.training.losses import LOSSES
from cnnlab.training.optimizers import OPTIMIZERS
from cnnlab.training.schedulers import SCHEDULERS

TABLES: dict[str, Mapping[str, Callable[..., object]]] = {
    "dataset": DATASETS,
    "augmentation": AUGMENTATIONS,
    "model": MODELS,
    "normalization": NORMALIZATIONS,
    "activation": ACTIVATIONS,
    "loss": LOSSES,
    "optimizer": OPTIMIZERS,
    "scheduler": SCHEDULERS,
    "backbone": BACKBONES,
    "head": HEADS,
    "transfer": TRANSFERS,
}
