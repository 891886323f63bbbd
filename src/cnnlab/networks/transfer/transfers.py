"""Procedures of transfer learning: what is done with the backbone. Descriptions only; `building` acts on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cnnlab.base.schema import NonNegativeInt, Positive


@dataclass(frozen=True)
class Transfer:
    """What a procedure takes and trains."""

    heads: Literal["all", "trained", "none"]
    """Which heads it takes: all, those that are trained in steps, or none, since the network's own answers."""
    has_frozen_features: bool
    """Whether the backbone stays as it is, so that each image passes through it once."""
    weights: Literal["needed", "taken", "left"]
    """What becomes of the backbone's weights: none would make no sense, some or none are taken, they are not loaded."""
    trainable_layers: int | None = 0
    """Of the backbone, from the end; None: all."""
    backbone_lr: float | None = None
    """Learning rate of the backbone's layers; None: the head's."""
    mapping: Path | None = None
    """What ImageNet's classes stand for; None: their names say it."""

    @property
    def has_own_answers(self) -> bool:
        """Whether the network's own outputs are the answers, so that no head is put on its features."""
        return self.heads == "none"


def features() -> Transfer:
    """The frozen backbone runs once over the data; a head learns from its features, which are kept for other heads."""
    return Transfer("all", has_frozen_features=True, weights="taken")


def finetune(
    *, trainable_layers: Literal["all"] | NonNegativeInt = "all", backbone_lr: Positive | None = None
) -> Transfer:
    """A new linear head and the last layers of the backbone learn; what is frozen computes as in evaluation."""
    return Transfer(
        "trained",
        has_frozen_features=False,
        weights="needed",
        trainable_layers=None if trainable_layers == "all" else trainable_layers,
        backbone_lr=backbone_lr,
    )


def scratch() -> Transfer:
    """The same network from random weights: what the pretrained ones are worth."""
    return Transfer("trained", has_frozen_features=False, weights="left", trainable_layers=None)


def zero_shot(*, mapping: Path | None = None) -> Transfer:
    """The ImageNet network untouched: its 1,000 classes stand for the data set's, all others for "other"."""
    return Transfer("none", has_frozen_features=True, weights="needed", mapping=mapping)


TRANSFERS: dict[str, Callable[..., Transfer]] = {
    "features": features,
    "finetune": finetune,
    "scratch": scratch,
    "zero_shot": zero_shot,
}
