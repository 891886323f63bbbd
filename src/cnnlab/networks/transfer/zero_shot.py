"""An ImageNet network's own answers, read as answers about another data set's classes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from cnnlab.networks.scores import DECISION_VALUES, NEVER, HeadWithLoss


class MappedClasses(HeadWithLoss):
    """Scores of a data set's classes from the outputs for ImageNet's.

    A class scores as the likeliest of the ImageNet classes that stand for it; so the best of them is what the network's
    first answer stands for, where each stands for one.

    Args:
        columns: for each class the ImageNet outputs that stand for it; none: it is never the answer.

    Shape:
        outputs (N, 1000) -> log-probabilities (N, K).
    """

    def __init__(self, columns: Sequence[Sequence[int]]) -> None:
        super().__init__()
        self.columns = [list(chosen) for chosen in columns]

    def forward(self, outputs: Tensor) -> Tensor:
        """Return log-probabilities."""
        log_p = outputs.float().log_softmax(1)
        never = torch.full_like(log_p[:, 0], NEVER)
        return torch.stack([log_p[:, chosen].amax(1) if chosen else never for chosen in self.columns], 1)

    def loss_fn(self) -> nn.Module:
        """Return minus the mean log-probability of the right class."""
        return NegativeScore()


class NegativeScore(nn.NLLLoss):
    """Minus the mean score of the right class: of log-probabilities that do not add up to 1, no cross-entropy."""

    scores_are = DECISION_VALUES
