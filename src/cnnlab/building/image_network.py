"""A saved network that prepares images itself, to be used without the rest of cnnlab."""

from __future__ import annotations

from torch import Tensor, nn

from cnnlab.building.saved_network import SavedNetwork


class ImageNetwork(nn.Module):
    """What a run answers to images as they are: scaled, cut and normalized inside.

    Args:
        saved: network of a run, and what it has to know of images.

    Shape:
        images (N, C, H, W), C = `channels`, H = W = `size`: uint8 in [0, 255] or float in [0, 1] -> (N, K) float:
        logits, or decision values of a head that says no probabilities.
    """

    def __init__(self, saved: SavedNetwork) -> None:
        super().__init__()
        self.network, self._images = saved.network, saved.images
        self.classes = saved.images.classes
        """Names in the order of the answers."""
        self.channels, self.size = saved.images.channels, saved.images.stored_size

    def forward(self, images: Tensor) -> Tensor:
        """Answer images."""
        pixels = images.mul(255) if images.is_floating_point() else images
        answers: Tensor = self.network(self._images.prepare(pixels))
        return answers
