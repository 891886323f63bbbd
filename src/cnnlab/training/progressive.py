"""What changes from epoch to epoch while a network learns: the size of its images, and how much of it still learns."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch.nn.functional as F
from torch import nn

from cnnlab.data.batches import Piece

_GROWN = 0.75  # part of the training after which images have their whole size
_MULTIPLE = 4  # pixels: few sizes, each of which is prepared for once


@dataclass(frozen=True)
class Growth:
    """Small images first, whole ones in the last quarter: early epochs are cheap, and lose little.

    Howard 2018 (fast.ai's entry for DAWNBench); Tan and Le 2021, arXiv:2104.00298, sec. 4.

    Args:
        start: part of the images' size in the first epoch.
        epochs: of the whole training.
    """

    start: float
    epochs: int

    def size(self, epoch: int, whole: int) -> int:
        """Return the pixels of an epoch, from 0: in a straight line, up to a multiple of 4; whole in the last."""
        growing = int(_GROWN * self.epochs)
        done = min(1.0, epoch / growing) if growing else 1.0
        wanted = whole * (self.start + (1 - self.start) * done)
        return min(whole, _MULTIPLE * math.ceil(wanted / _MULTIPLE))

    def shrink(self, pieces: Iterable[Piece], epoch: int) -> Iterator[Piece]:
        """Yield an epoch's pieces with images of its size, each pixel the mean of those that it covers."""
        for piece in pieces:
            whole = piece.images.shape[-1]
            size = self.size(epoch, whole)
            small = piece.images if size == whole else F.interpolate(piece.images, size=(size, size), mode="area")
            yield piece._replace(images=small)


@dataclass(frozen=True)
class Layer:
    """A module with parameters of its own that learn."""

    module: nn.Module
    parameters: Sequence[nn.Parameter]


def layers_that_learn(model: nn.Module) -> list[Layer]:
    """Return the layers of a network that learn, in the order in which it names them."""
    own = [(module, [p for p in module.parameters(recurse=False) if p.requires_grad]) for module in model.modules()]
    return [Layer(module, parameters) for module, parameters in own if parameters]


@dataclass(frozen=True)
class Freezing:
    """Layers stop learning one after another, those next to the images first: what is before them needs no gradient.

    Brock et al. 2017, arXiv:1706.04983 (FreezeOut), at borders of epochs, with the learning rate that all layers have.

    Args:
        layers: that learn, in the network's order; the last one never stops.
        start: part of the training after which the first one stops.
        epochs: of the whole training.
    """

    layers: Sequence[Layer]
    start: float
    epochs: int

    def begin(self, epoch: int) -> bool:
        """Freeze what an epoch, from 0, no longer trains; tell whether that is more than in the epoch before.

        Frozen batch normalization takes its running statistics.
        """
        frozen = self._frozen(epoch)
        for layer in frozen:
            layer.module.eval()
            for parameter in layer.parameters:
                parameter.requires_grad_(False)
                parameter.grad = None
        return len(frozen) > len(self._frozen(epoch - 1))

    def frozen(self, epoch: int) -> list[nn.Parameter]:
        """Return the parameters that an epoch, from 0, no longer trains."""
        return [parameter for layer in self._frozen(epoch) for parameter in layer.parameters]

    def _frozen(self, epoch: int) -> Sequence[Layer]:
        done, num_layers = epoch / self.epochs, len(self.layers)
        stops = [self.start + (1 - self.start) * place / num_layers for place in range(num_layers)]
        return self.layers[: sum(done >= stop for stop in stops[:-1])]
