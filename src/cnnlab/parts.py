"""The tables of parts and the bounds of their options, at the place that stays, for plugins to import.

A file given with `plugins=[my_parts.py]` adds entries: `ACTIVATIONS["swish"] = swish`. A factory's keyword-only
parameters are the options: `lr: Positive = 1e-3`. Importing this loads torch.
"""

from cnnlab.base.schema import (
    Bound,
    Fraction,
    NonNegative,
    NonNegativeInt,
    Portion,
    Positive,
    PositiveInt,
    Probability,
)
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

__all__ = [
    "ACTIVATIONS",
    "AUGMENTATIONS",
    "BACKBONES",
    "DATASETS",
    "HEADS",
    "LOSSES",
    "MODELS",
    "NORMALIZATIONS",
    "OPTIMIZERS",
    "SCHEDULERS",
    "TRANSFERS",
    "Bound",
    "Fraction",
    "NonNegative",
    "NonNegativeInt",
    "Portion",
    "Positive",
    "PositiveInt",
    "Probability",
]
