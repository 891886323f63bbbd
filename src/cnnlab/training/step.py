"""One training step: forward, backward, clipping, optimizer, average. It knows no device and no data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.swa_utils import AveragedModel

from cnnlab.base.compiler import without_compiler
from cnnlab.networks.models.blocks import Classifier
from cnnlab.training.evaluation import casting, forward
from cnnlab.training.metric_losses import as_feature_loss
from cnnlab.training.progressive import Freezing


@dataclass(frozen=True)
class Clipping:
    """Limits on the gradient; None is off."""

    norm: float | None = None
    value: float | None = None

    def apply(self, model: nn.Module) -> None:
        """Clip the gradients of a model."""
        if self.value is not None:
            nn.utils.clip_grad_value_(model.parameters(), self.value)
        if self.norm is not None:
            nn.utils.clip_grad_norm_(model.parameters(), self.norm)


@dataclass(frozen=True)
class Learner:
    """All that a training step changes, and how."""

    model: nn.Module
    loss_fn: nn.Module
    optimizer: Optimizer
    average: AveragedModel | None
    clipping: Clipping
    autocast: torch.dtype | None
    freezing: Freezing | None = None
    """Which layers no longer learn, by epoch."""

    def logits_and_loss(self, images: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits float32 (N, K) and the loss of training (); some losses see the features too."""
        if as_feature_loss(self.loss_fn) is None:
            logits = forward(self.model, images, self.autocast)
            return logits, self.loss_fn(logits, targets)
        assert isinstance(self.model, Classifier)
        with casting(images, self.autocast):
            features = self.model.features(images)
            logits = self.model.classifier(features).float()
        return logits, self.loss_fn(logits, targets, features.float())


class Workspace(Protocol):
    """What a step reads and writes, besides the learner."""

    def take(self, step: Step) -> tuple[Tensor, Tensor]:
        """Return images and targets of the step, with the learning rates set."""

    def write(self, step: Step, logits: Tensor, loss: Tensor) -> None:
        """Keep what the step has come to, and move on to the next one."""

    def write_gradients(self, sizes: Tensor) -> None:
        """Keep the sizes of the gradients, (number of gradients, 3)."""


@dataclass(frozen=True, eq=False)
class Step:
    """A training step over a workspace: it can be run, and where nothing in it is the host's, captured and replayed."""

    learner: Learner
    workspace: Workspace
    size: int
    """Images."""
    is_last: bool
    """Whether it is an epoch's last step: it measures the gradients, before clipping."""

    def run(self) -> None:
        """Take the step."""
        learner, workspace = self.learner, self.workspace
        images, targets = workspace.take(self)
        with without_compiler():
            learner.optimizer.zero_grad()
        logits, loss = learner.logits_and_loss(images, targets)
        loss.backward()  # type: ignore[no-untyped-call]
        if self.is_last:
            workspace.write_gradients(gradient_sizes(learner.model))
        learner.clipping.apply(learner.model)
        with without_compiler():
            learner.optimizer.step()
        if learner.average is not None:
            learner.average.update_parameters(learner.model)
        workspace.write(self, logits.detach(), loss.detach())


def gradient_sizes(model: nn.Module) -> Tensor:
    """Return mean and maximum of each gradient's absolute values, and the sum of its squares: float32 (P, 3)."""
    gradients = [p.grad.detach().float() for p in model.parameters() if p.grad is not None]
    if not gradients:
        return torch.zeros(0, 3)
    return torch.stack([torch.stack((g.abs().mean(), g.abs().max(), g.square().sum())) for g in gradients])
