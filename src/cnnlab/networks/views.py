"""Several views of an image, whose answers are averaged: test-time augmentation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import torch.nn.functional as F
from torch import Tensor, nn

Kind = Literal["flip", "crops"]
_MARGIN = 1  # pixels that a view is moved by


class Views(nn.Module):
    """A network that answers with its mean logits over views of each image.

    Jordan 2024, arXiv:2404.00498, sec. 3.6: the image and its mirror image; `crops` has both moved up and left, and
    down and right, by a pixel too, as heavy together as the two that are not moved.

    Args:
        network: images float32 (N, C, H, W) -> logits (N, K).
        kind: which views.
    """

    def __init__(self, network: nn.Module, kind: Kind) -> None:
        super().__init__()
        self.network, self._views = network, _VIEWS[kind]

    def forward(self, images: Tensor) -> Tensor:
        """Return logits float (N, K) of images float (N, C, H, W)."""
        logits: Tensor = sum(weight * self._both(view) for weight, view in self._views(images))  # type: ignore[assignment]
        return logits

    def _both(self, images: Tensor) -> Tensor:
        logits: Tensor = (self.network(images) + self.network(images.flip(3))) / 2
        return logits


def _as_they_are(images: Tensor) -> Iterator[tuple[float, Tensor]]:
    yield 1.0, images


def _moved(images: Tensor) -> Iterator[tuple[float, Tensor]]:
    height, width = images.shape[2:]
    padded = F.pad(images, (_MARGIN,) * 4, mode="reflect")
    yield 0.5, images
    for start in (0, 2 * _MARGIN):
        yield 0.25, padded[:, :, start : start + height, start : start + width]


_VIEWS: dict[Kind, Callable[[Tensor], Iterator[tuple[float, Tensor]]]] = {"flip": _as_they_are, "crops": _moved}
