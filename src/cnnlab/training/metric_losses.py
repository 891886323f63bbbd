"""Losses that see the features too: cross-entropy, and in training a term that puts those of a class together."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class FeatureLoss(nn.Module, ABC):
    """Cross-entropy, and where features are given a term that depends on them.

    loss = -mean_n log p[n, y[n]] + weight * term

    Evaluation gives no features: a term that depends on who shares a batch is no figure of an image. So validation and
    test losses are cross-entropies, comparable between losses.

    Args:
        weight: of the term.

    Shape:
        logits (N, K) float, targets (N,) int64 in [0, K), features (N, D) float or None -> (), in nats.
    """

    images_per_class: int | None = None
    """Images of one class that shall share a batch; None: it does not matter."""

    def __init__(self, *, weight: float) -> None:
        super().__init__()
        self.weight = weight

    def set_num_features(self, num_features: int) -> None:
        """Learn of D before training."""

    @abstractmethod
    def term(self, features: Tensor, targets: Tensor) -> Tensor:
        """Return the term of features (N, D)."""

    def forward(self, logits: Tensor, targets: Tensor, features: Tensor | None = None) -> Tensor:
        """Return the loss."""
        loss = F.cross_entropy(logits, targets)
        return loss if features is None else loss + self.weight * self.term(features, targets)


def as_feature_loss(loss_fn: nn.Module) -> FeatureLoss | None:
    """Return the loss as one that sees the features, None if it looks at the outputs alone."""
    return loss_fn if isinstance(loss_fn, FeatureLoss) else None


class BatchHardTriplet(FeatureLoss):
    """Each image nearer to the farthest of its class in the batch than to the nearest of another, by a margin.

    term = mean_n max(0, margin + max_{p: y[p] = y[n]} d(n, p) - min_{q: y[q] != y[n]} d(n, q)),  d = |f[n] - f[m]|
    Hermans et al. 2017, arXiv:1703.07737, eq. 5

    The mean runs over images that have both; images without count for nothing.

    Args:
        weight: of the term.
        margin: in units of the features.
        images_per_class: that shall share a batch.
    """

    def __init__(self, *, weight: float, margin: float, images_per_class: int) -> None:
        super().__init__(weight=weight)
        self.margin, self.images_per_class = margin, images_per_class

    def term(self, features: Tensor, targets: Tensor) -> Tensor:
        """Return the term."""
        distance = _distances(features - features.detach().mean(0))  # from afar, squares would cancel
        is_same = targets[:, None] == targets
        is_itself = torch.eye(len(targets), dtype=torch.bool, device=targets.device)
        farthest = distance.masked_fill(~is_same | is_itself, 0.0).amax(1)
        nearest = distance.masked_fill(is_same, torch.finfo(distance.dtype).max).amin(1)
        counts = (is_same & ~is_itself).any(1) & ~is_same.all(1)
        losses = F.relu(self.margin + farthest - nearest)
        return torch.where(counts, losses, 0.0).sum() / counts.sum().clamp_min(1)


def _distances(features: Tensor) -> Tensor:
    """Return Euclidean distances (N, N); where two are equal the slope is 0, not infinite."""
    norms = features.square().sum(1)
    squares = norms[:, None] - 2 * features @ features.T + norms
    return squares.clamp_min(1e-12).sqrt()


class CenterLoss(FeatureLoss):
    """Features near the centre of their class; the centres move along.

    term = 1/2 mean_n |f[n] - c[y[n]]|^2
    after each batch  c[k] -= rate * sum_{n: y[n] = k} (c[k] - f[n]) / (1 + #{n: y[n] = k})
    Wen et al. 2016, ECCV, eqs. 2 to 4; there the term is half the sum, so that a weight goes with a batch size

    Args:
        num_classes: K.
        weight: of the term.
        rate: of the centres, the paper's alpha.
    """

    centers: Tensor

    def __init__(self, num_classes: int, *, weight: float, rate: float) -> None:
        super().__init__(weight=weight)
        self.rate = rate
        self.register_buffer("centers", torch.zeros(num_classes, 0))

    def set_num_features(self, num_features: int) -> None:
        """Make room for the centres."""
        self.centers = self.centers.new_zeros(len(self.centers), num_features)

    def reset_parameters(self) -> None:
        """Draw the centres from N(0, 1)."""
        self.centers.normal_()

    def term(self, features: Tensor, targets: Tensor) -> Tensor:
        """Return the term, and move the centres."""
        difference = features - self.centers[targets]
        self._move(difference.detach(), targets)
        return difference.square().sum(1).mean() / 2

    @torch.no_grad()
    def _move(self, difference: Tensor, targets: Tensor) -> None:
        hot = F.one_hot(targets, len(self.centers)).to(difference.dtype)  # a histogram would wait for its maximum
        self.centers += self.rate * (hot.T @ difference) / (1 + hot.sum(0)[:, None])
