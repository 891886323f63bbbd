"""The tables of parts, by the name of their group."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cnnlab import parts

TABLES: dict[str, Mapping[str, Callable[..., object]]] = {
    "dataset": parts.DATASETS,
    "augmentation": parts.AUGMENTATIONS,
    "model": parts.MODELS,
    "normalization": parts.NORMALIZATIONS,
    "activation": parts.ACTIVATIONS,
    "loss": parts.LOSSES,
    "optimizer": parts.OPTIMIZERS,
    "scheduler": parts.SCHEDULERS,
    "backbone": parts.BACKBONES,
    "head": parts.HEADS,
    "transfer": parts.TRANSFERS,
}
