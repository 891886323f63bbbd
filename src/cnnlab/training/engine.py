"""The engine: `for record in fit(...)`. It knows neither files nor configuration, and prints nothing."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.swa_utils import AveragedModel

from cnnlab.base.randomness import seed_epoch
from cnnlab.networks.models.blocks import Classifier
from cnnlab.training.metric_losses import as_feature_loss

Batch = tuple[Tensor, Tensor]
"""images float32 (N, C, H, W), targets int64 (N,), or in training float32 (N, K) where images are mixed"""


@dataclass(frozen=True)
class LayerGradient:
    """Size of one parameter's gradient."""

    layer: str
    mean_abs: float
    max_abs: float


@dataclass(frozen=True)
class Score:
    """Mean loss and share of right answers; each image counts once, whatever batch it was in."""

    loss: float
    accuracy: float


@dataclass(frozen=True)
class EpochRecord:
    """What one epoch did. Epochs count from 1."""

    epoch: int
    lr: float
    """Learning rate of the epoch's last step, of the first parameter group."""
    train: Score
    """Running means in train mode: the weights change underneath."""
    val: Score | None
    test: Score | None
    grad_norm: float
    """Global L2 norm of the last step's gradient, before clipping."""
    gradients: tuple[LayerGradient, ...]
    """Of the last step, before clipping, in the model's order."""
    seconds: float
    """Training alone, without evaluation."""
    images_per_second: float
    diverged_at_step: int | None = None
    """First step of the epoch, from 1, whose loss was not finite; the epoch is then the last."""


@dataclass(frozen=True)
class Clipping:
    """Limits on the gradient; None is off."""

    norm: float | None = None
    value: float | None = None


def fit(
    model: nn.Module,
    train: Callable[[int], Iterable[Batch]],
    *,
    loss_fn: nn.Module,
    optimizer: Optimizer,
    schedule: Callable[[int], float],
    steps_per_epoch: int,
    epochs: int,
    start_epoch: int = 0,
    seed: int = 0,
    val: Callable[[], Iterable[Batch]] | None = None,
    test: Callable[[], Iterable[Batch]] | None = None,
    autocast: torch.dtype | None = None,
    clipping: Clipping = Clipping(),
    average: AveragedModel | None = None,
) -> Iterator[EpochRecord]:
    """Train, and yield one record per epoch; between two records the caller may save, look and stop.

    Args:
        model: on its device; changed in place.
        train: epoch (from 0) -> its batches, `steps_per_epoch` of them.
        loss_fn: (logits float32 (N, K), targets (N,) or (N, K)) -> () mean over the batch; a `FeatureLoss` is given the
            features too, and `model` is then a `Classifier`.
        optimizer: each group's first `lr` is what `schedule` scales.
        schedule: step (from 0, over the whole training) -> factor of the learning rate.
        steps_per_epoch: batches in an epoch.
        epochs: where to end, counted from the start of training.
        start_epoch: epochs already done; the states of model, optimizer and average are those after them.
        seed: of the draws inside the model, which is set anew for each epoch.
        val: batches of the validation split, or None.
        test: batches of the test split where its curve is wanted; nothing is decided on it.
        autocast: dtype of the forward pass where that is safe; None is fp32 throughout.
        clipping: limits on the gradient.
        average: moving average of the weights; updated after each step, evaluated in place of `model`.
    """
    for group in optimizer.param_groups:
        group.setdefault("initial_lr", group["lr"])
    evaluated = model if average is None else average.module
    logits_and_loss = _logits_and_loss if as_feature_loss(loss_fn) is None else _logits_and_feature_loss
    for epoch in range(start_epoch, epochs):
        seed_epoch(seed, epoch)
        model.train()
        gradients: tuple[LayerGradient, ...] = ()
        grad_norm = 0.0
        tally = _Tally(steps_per_epoch, next(model.parameters()).device)
        for step, (images, targets) in enumerate(train(epoch)):
            _scale_lr(optimizer, schedule(epoch * steps_per_epoch + step))
            optimizer.zero_grad()
            logits, loss = logits_and_loss(model, images, targets, loss_fn, autocast)
            loss.backward()  # type: ignore[no-untyped-call]
            if step == steps_per_epoch - 1:
                gradients, grad_norm = _measure_gradients(model)
            _clip(model, clipping)
            optimizer.step()
            if average is not None:
                average.update_parameters(model)
            tally.add(logits, targets, loss)
        trained = tally.read()
        yield EpochRecord(
            epoch=epoch + 1,
            lr=optimizer.param_groups[0]["lr"],
            train=trained.score,
            val=None if val is None else evaluate(evaluated, val(), loss_fn=loss_fn, autocast=autocast),
            test=None if test is None else evaluate(evaluated, test(), loss_fn=loss_fn, autocast=autocast),
            grad_norm=grad_norm,
            gradients=gradients,
            seconds=trained.seconds,
            images_per_second=trained.images_per_second,
            diverged_at_step=trained.diverged_at_step,
        )
        if trained.diverged_at_step is not None:
            return


def evaluate(
    model: nn.Module, batches: Iterable[Batch], *, loss_fn: nn.Module, autocast: torch.dtype | None = None
) -> Score:
    """Return mean loss and accuracy over all images of `batches`, in eval mode."""
    logits, targets = predict(model, batches, autocast=autocast)
    with torch.inference_mode():
        return Score(float(loss_fn(logits, targets)), float((logits.argmax(1) == targets).float().mean()))


@torch.inference_mode()
def predict(
    model: nn.Module, batches: Iterable[Batch], *, autocast: torch.dtype | None = None
) -> tuple[Tensor, Tensor]:
    """Return logits float32 (N, K) and targets int64 (N,) over all batches, in eval mode, on the model's device."""
    model.eval()
    outputs = [(_forward(model, images, autocast), targets) for images, targets in batches]
    return torch.cat([logits for logits, _ in outputs]), torch.cat([targets for _, targets in outputs])


@dataclass(frozen=True)
class _Trained:
    """An epoch's training in figures, as `EpochRecord` has them."""

    score: Score
    seconds: float
    images_per_second: float
    diverged_at_step: int | None


class _Tally:
    """Collects what an epoch's steps did, from now on.

    Figures stay on the device until `read`, once per epoch: a look at them waits for the GPU. They are written into
    memory of one piece: small tensors that outlive their step lie between the large ones that do not, and malloc can
    join nothing across them. A resnet18 grew by 0.8 GiB in 100 steps that way.
    """

    def __init__(self, num_steps: int, device: torch.device) -> None:
        self._began = time.perf_counter()
        self._losses = torch.empty(num_steps, device=device)
        self._correct = torch.empty(num_steps, dtype=torch.int64, device=device)
        self._sizes: list[int] = []

    def add(self, logits: Tensor, targets: Tensor, loss: Tensor) -> None:
        """Count a step."""
        step = len(self._sizes)
        self._losses[step] = loss.detach()
        self._correct[step] = (logits.detach().argmax(1) == _dominant(targets)).sum()
        self._sizes.append(len(targets))

    def read(self) -> _Trained:
        """Wait for the last step, and return the figures."""
        num_steps, num_images = len(self._sizes), sum(self._sizes)
        losses, num_correct = self._losses[:num_steps].tolist(), int(self._correct[:num_steps].sum())
        seconds = time.perf_counter() - self._began
        loss = sum(value * size for value, size in zip(losses, self._sizes)) / num_images
        diverged_at_step = next((step for step, value in enumerate(losses, 1) if not math.isfinite(value)), None)
        return _Trained(Score(loss, num_correct / num_images), seconds, num_images / seconds, diverged_at_step)


def _scale_lr(optimizer: Optimizer, factor: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = group["initial_lr"] * factor


def _logits_and_loss(
    model: nn.Module, images: Tensor, targets: Tensor, loss_fn: nn.Module, autocast: torch.dtype | None
) -> tuple[Tensor, Tensor]:
    """Return logits float32 (N, K) and the loss of training ()."""
    logits = _forward(model, images, autocast)
    return logits, loss_fn(logits, targets)


def _logits_and_feature_loss(
    model: nn.Module, images: Tensor, targets: Tensor, loss_fn: nn.Module, autocast: torch.dtype | None
) -> tuple[Tensor, Tensor]:
    """Return the same for a loss that depends on the features too."""
    features, logits = _forward_with_features(model, images, autocast)
    return logits, loss_fn(logits, targets, features)


def _forward(model: nn.Module, images: Tensor, autocast: torch.dtype | None) -> Tensor:
    with torch.autocast(images.device.type, dtype=autocast, enabled=autocast is not None):
        logits: Tensor = model(images)
    return logits.float()  # losses and metrics in fp32


def _forward_with_features(model: nn.Module, images: Tensor, autocast: torch.dtype | None) -> tuple[Tensor, Tensor]:
    assert isinstance(model, Classifier)
    with torch.autocast(images.device.type, dtype=autocast, enabled=autocast is not None):
        features = model.features(images)
        logits = model.classifier(features)
    return features.float(), logits.float()


def _dominant(targets: Tensor) -> Tensor:
    """Return the class of each target; of class probabilities (N, K) the likeliest, of equal ones the first."""
    return targets if targets.ndim == 1 else targets.argmax(1)


def _measure_gradients(model: nn.Module) -> tuple[tuple[LayerGradient, ...], float]:
    """Return the size of each gradient, and the global norm."""
    named = [(name, p.grad.detach().float()) for name, p in model.named_parameters() if p.grad is not None]
    if not named:
        return (), 0.0
    sizes = torch.stack([torch.stack((g.abs().mean(), g.abs().max(), g.square().sum())) for _, g in named])
    rows = sizes.tolist()
    layers = tuple(LayerGradient(name, mean_abs, max_abs) for (name, _), (mean_abs, max_abs, _) in zip(named, rows))
    return layers, math.sqrt(sum(square for _, _, square in rows))


def _clip(model: nn.Module, clipping: Clipping) -> None:
    if clipping.value is not None:
        nn.utils.clip_grad_value_(model.parameters(), clipping.value)
    if clipping.norm is not None:
        nn.utils.clip_grad_norm_(model.parameters(), clipping.norm)
