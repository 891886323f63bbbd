"""What a network says of images, and how right it is: forward passes, scores."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

Batch = tuple[Tensor, Tensor]
"""images float32 (N, C, H, W), targets int64 (N,)"""


@dataclass(frozen=True)
class Score:
    """Mean loss and share of right answers; each image counts once, whatever batch it was in."""

    loss: float
    accuracy: float


def evaluate(
    model: nn.Module, batches: Iterable[Batch], *, loss_fn: nn.Module, autocast: torch.dtype | None = None
) -> Score:
    """Return mean loss and accuracy over all images of `batches`, in eval mode."""
    return Score(*measure(model, batches, loss_fn=loss_fn, autocast=autocast).tolist())


@torch.inference_mode()
def measure(
    model: nn.Module, batches: Iterable[Batch], *, loss_fn: nn.Module, autocast: torch.dtype | None = None
) -> Tensor:
    """Return the same figures, float64 (2,), where they were computed: nothing waits for the device."""
    logits, targets = predict(model, batches, autocast=autocast)
    return figures_from(logits, targets, loss_fn=loss_fn)


@torch.inference_mode()
def figures_from(logits: Tensor, targets: Tensor, *, loss_fn: nn.Module) -> Tensor:
    """Return mean loss and accuracy of outputs that are known, float64 (2,), where they lie."""
    return torch.stack((loss_fn(logits, targets).double(), (logits.argmax(1) == targets).float().mean().double()))


@torch.inference_mode()
def predict(
    model: nn.Module, batches: Iterable[Batch], *, autocast: torch.dtype | None = None
) -> tuple[Tensor, Tensor]:
    """Return logits float32 (N, K) and targets int64 (N,) over all batches, in eval mode, on the model's device."""
    model.eval()
    outputs = [(forward(model, images, autocast), targets) for images, targets in batches]
    return torch.cat([logits for logits, _ in outputs]), torch.cat([targets for _, targets in outputs])


def forward(model: nn.Module, images: Tensor, autocast: torch.dtype | None) -> Tensor:
    """Return logits float32 (N, K)."""
    with casting(images, autocast):
        logits: Tensor = model(images)
    return logits.float()  # losses and metrics in fp32


def casting(images: Tensor, autocast: torch.dtype | None) -> torch.autocast:
    """Return the context of a forward pass that computes in `autocast` where that is safe; None: in fp32.

    On a GPU no cast is remembered: a captured step would go on with that of another one.
    """
    kind = images.device.type
    return torch.autocast(kind, dtype=autocast, enabled=autocast is not None, cache_enabled=kind == "cpu")
