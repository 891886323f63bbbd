"""Where in an image a network finds a class: Grad-CAM."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cnnlab.networks.models.stages import stage_maps

LEAST = 4
"""Height and width of maps, in places, below which there is no telling where: an earlier stage is taken."""


@dataclass(frozen=True)
class Heat:
    """Where a network finds classes in images."""

    stage: str
    """Whose maps were looked at."""
    side: int
    """Height of these maps, in places."""
    maps: Tensor
    """(N, H, W) in [0, 1], as large as the images; 1 where the class is found most, all 0 where it is nowhere."""


def grad_cam(network: nn.Module, images: Tensor, classes: Tensor) -> Heat | None:
    """Return where a network finds one class in each image; None where its maps do not decide, or cannot be asked.

    L = max(0, sum_k a[k] A[k]),  a[k] = mean over places of d y[c] / d A[k]    Selvaraju et al. 2017, eq. 1 and 2

    A are the maps behind the last stage of convolutions that has at least LEAST x LEAST places, y what the network
    says of a class before a softmax. Each image's map is divided by its largest value.

    Args:
        network: in eval mode.
        images: what it takes, float (N, C, H, W).
        classes: int64 (N,).
    """
    with torch.enable_grad():
        found, outputs = stage_maps(network, images.detach().requires_grad_())
        asked = outputs.gather(1, classes[:, None]).sum()  # of each image its own: they do not meet in eval mode
        if not found or not asked.requires_grad:
            return None
        stage, maps = _deciding(found)
        (slopes,) = torch.autograd.grad(asked, maps, allow_unused=True)
    if slopes is None:
        return None
    heat = F.relu((slopes.mean((2, 3), keepdim=True) * maps).sum(1, keepdim=True)).detach().float()
    heat = F.interpolate(heat, images.shape[2:], mode="bilinear", align_corners=False)[:, 0]
    largest = heat.amax((1, 2), keepdim=True)
    return Heat(stage, maps.shape[2], torch.where(largest > 0, heat / largest.clamp_min(1e-30), 0.0))


def _deciding(found: list[tuple[str, Tensor]]) -> tuple[str, Tensor]:
    """Return the last maps that tell places apart; the largest where none do."""
    fine = [(name, maps) for name, maps in found if min(maps.shape[2:]) >= LEAST]
    return fine[-1] if fine else max(found, key=lambda pair: pair[1].shape[2])
