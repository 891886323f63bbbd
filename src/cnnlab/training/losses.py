"""Losses: num_classes -> module called as (logits float32 (N, K), targets) -> () mean over the batch.

Targets are classes, int64 (N,), or probabilities of the classes, float32 (N, K), where images are mixed.
A `FeatureLoss` is also given the features in training.
A loss whose outputs are no logits of a softmax says so: its module has `scores_are = DECISION_VALUES`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cnnlab.base.schema import Bound, Fraction, NonNegative, Portion, Positive
from cnnlab.networks.scores import DECISION_VALUES
from cnnlab.training.metric_losses import BatchHardTriplet, CenterLoss


class OneHotMSE(nn.Module):
    """Mean squared error between the raw outputs and one-hot targets.

    loss = mean_nk (z[n, k] - t[n, k])^2,  t[n, k] = 1 where k = y[n], else 0; or t is given

    The outputs z are compared as they are, without softmax: the optimum is 1 at the class, 0 elsewhere. The mean runs
    over images and classes, as in torch.nn.MSELoss, so the loss does not grow with the number of classes.

    Args:
        num_classes: K.

    Shape:
        logits (N, K) float, targets (N,) int64 in [0, K) or (N, K) float -> () mean over N and K.
    """

    scores_are = DECISION_VALUES

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.num_classes = num_classes

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the loss."""
        return F.mse_loss(logits, _probabilities(targets, self.num_classes))


class OneHotL1(nn.Module):
    """Mean absolute error between the raw outputs and one-hot targets.

    loss = mean_nk |z[n, k] - t[n, k]|,  t[n, k] = 1 where k = y[n], else 0; or t is given

    The outputs and the mean are those of `OneHotMSE`. Answering 0 throughout costs 1 / K, and with three classes or
    more it is the best constant answer, so networks tend to stay near it for long.

    Args:
        num_classes: K.

    Shape:
        logits (N, K) float, targets (N,) int64 in [0, K) or (N, K) float -> () mean over N and K.
    """

    scores_are = DECISION_VALUES

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.num_classes = num_classes

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the loss."""
        return F.l1_loss(logits, _probabilities(targets, self.num_classes))


class FocalLoss(nn.Module):
    """Cross-entropy in which what is already right counts less.

    loss = mean_n sum_k -t[n, k] * (1 - p[n, k])^gamma * log p[n, k],  p = softmax(z)
    Lin et al. 2017, arXiv:1708.02002, eq. 4, for many classes

    Args:
        num_classes: K.
        gamma: 0 is cross-entropy.

    Shape:
        logits (N, K) float, targets (N,) int64 in [0, K) or (N, K) float -> () mean over N, in nats.
    """

    def __init__(self, num_classes: int, *, gamma: float) -> None:
        super().__init__()
        self.num_classes = num_classes
        self.gamma = gamma

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the loss."""
        log_p = F.log_softmax(logits, 1)
        missing = (-torch.expm1(log_p)).clamp_min(torch.finfo().tiny)  # 1 - p; at 0 a root's slope has no bounds
        losses = -_probabilities(targets, self.num_classes) * missing**self.gamma * log_p
        return losses.sum(1).mean()


def _probabilities(targets: Tensor, num_classes: int) -> Tensor:
    return F.one_hot(targets, num_classes).float() if targets.ndim == 1 else targets


def cross_entropy(num_classes: int, *, label_smoothing: Fraction = 0.0) -> nn.Module:  # noqa: ARG001
    """Softmax cross-entropy, mean over the batch, in nats."""
    return nn.CrossEntropyLoss(label_smoothing=label_smoothing)


def mse(num_classes: int) -> nn.Module:
    """Mean squared error of the raw outputs against one-hot targets, mean over batch and classes."""
    return OneHotMSE(num_classes)


def l1(num_classes: int) -> nn.Module:
    """Mean absolute error of the raw outputs against one-hot targets, mean over batch and classes."""
    return OneHotL1(num_classes)


def focal(num_classes: int, *, gamma: NonNegative = 2.0) -> nn.Module:
    """Cross-entropy times (1 - p)^gamma: what is hard counts more (Lin et al. 2017, arXiv:1708.02002)."""
    return FocalLoss(num_classes, gamma=gamma)


def cross_entropy_triplet(
    num_classes: int,  # noqa: ARG001
    *,
    weight: NonNegative = 1.0,
    margin: Positive = 1.0,
    images_per_class: Annotated[int, Bound(">= 2", low=2)] = 4,
) -> nn.Module:
    """Cross-entropy and batch-hard triplets of the features (Hermans et al. 2017, arXiv:1703.07737)."""
    return BatchHardTriplet(weight=weight, margin=margin, images_per_class=images_per_class)


def cross_entropy_center(num_classes: int, *, weight: NonNegative = 0.1, rate: Portion = 0.5) -> nn.Module:
    """Cross-entropy and the features' distance to centres that are learnt along (Wen et al. 2016, ECCV)."""
    return CenterLoss(num_classes, weight=weight, rate=rate)


LOSSES: dict[str, Callable[..., nn.Module]] = {
    "cross_entropy": cross_entropy,
    "mse": mse,
    "l1": l1,
    "focal": focal,
    "cross_entropy_triplet": cross_entropy_triplet,
    "cross_entropy_center": cross_entropy_center,
}
