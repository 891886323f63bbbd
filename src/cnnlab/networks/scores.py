"""What a network's outputs say of the classes: probabilities, or values whose order alone means something."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor, nn

PROBABILITIES, DECISION_VALUES = "probabilities", "decision values"
"""What the scores of the classes are: they add up to 1, or only their order means something."""
NEVER = -1000.0
"""Score of a class that a network cannot answer; finite, since it goes into files and curves."""


class HeadWithLoss(nn.Module, ABC):
    """A head that no loss trains, and that brings along the one by which its outputs are judged."""

    @abstractmethod
    def loss_fn(self) -> nn.Module:
        """Return the loss that goes with the outputs; it says whether they are logits or decision values."""


def scores_are(loss_fn: nn.Module) -> str:
    """Return PROBABILITIES or DECISION_VALUES: what a network that was trained with this loss tells of a class."""
    return getattr(loss_fn, "scores_are", PROBABILITIES)


def to_scores(logits: Tensor, kind: str) -> Tensor:
    """Turn outputs (N, K) into scores (N, K) of a kind: by softmax into probabilities, or as they are."""
    return logits.softmax(1) if kind == PROBABILITIES else logits
