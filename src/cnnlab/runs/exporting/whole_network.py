"""A run's network with all that comes before and after it: from grey levels to probabilities, as one module."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cnnlab.base.errors import ConfigError
from cnnlab.building.parts import ImageSpec
from cnnlab.building.saved_network import SavedNetwork
from cnnlab.networks.scores import NEVER, PROBABILITIES
from cnnlab.runs.calibration import Calibration

INPUT, OUTPUTS = "pixels", ("outputs", "probabilities")
"""What goes in and what comes out, by name; without probabilities the outputs are all."""


class WholeNetwork(nn.Module):
    """Scaling in memory, cut, normalization, network, and the probabilities of its outputs.

    Args:
        trained: the network, and what it expects of an image.
        calibration: of decision values; None: there is none.

    Shape:
        pixels uint8 (N, C, S, S), S the size of stored images -> outputs float32 (N, K), as the network gives them, and
        probabilities float32 (N, K) where these are known.
    """

    scale: Tensor

    def __init__(self, trained: SavedNetwork, calibration: Calibration | None) -> None:
        super().__init__()
        self.network, self.images = trained.network, trained.images
        self.slope = 1.0 if trained.scores_are == PROBABILITIES else (calibration and calibration.scale)
        self.register_buffer("scale", _scale(trained.images))
        self.requires_grad_(False)

    @property
    def names(self) -> tuple[str, ...]:
        """What comes out, by name."""
        return OUTPUTS[:1] if self.slope is None else OUTPUTS

    def forward(self, pixels: Tensor) -> tuple[Tensor, ...]:
        """Return outputs, and probabilities where these are known."""
        if len(self.scale):
            pixels = (self.scale @ pixels.float() @ self.scale.T).clamp(0, 255)
        outputs = self.network(self.images.prepare(pixels)).float()
        if self.slope is None:
            return (outputs,)
        return outputs, torch.where(outputs > NEVER, self.slope * outputs, NEVER).softmax(1)


def _scale(images: ImageSpec) -> Tensor:
    """Return what scales stored images in memory, (S', S) from the left and from the right; (0,): they are not scaled.

    It does to each side what `F.interpolate` does, which not every runtime knows with antialiasing.
    """
    size = images.stored_size
    if images.resize is None or images.resize == size:
        return torch.empty(0)
    columns = torch.eye(size)[None, None]
    return F.interpolate(columns, (images.resize, size), mode=images.interpolation, antialias=True)[0, 0]


def graph_of(network: WholeNetwork, run_id: str) -> torch.export.ExportedProgram:
    """Return the program of a network for any number of images, without the names of this machine's files.

    Raises:
        ConfigError: torch cannot follow what it does.
    """
    size = network.images.stored_size
    example = torch.zeros(2, network.images.channels, size, size, dtype=torch.uint8)
    try:
        with torch.no_grad():
            program = torch.export.export(network.eval(), (example,), dynamic_shapes=batch())
    except Exception as error:  # torch raises nearly anything where a network does what no graph can
        reason = str(error).strip().partition("\n")[0]
        raise ConfigError(
            f"--format: the network of {run_id} is no graph to torch ({type(error).__name__}: {reason}). Take "
            "--format cnnlab or safetensors."
        ) from error
    for module in program.graph_module.modules():
        for node in module.graph.nodes if isinstance(module, torch.fx.GraphModule) else ():
            node.meta.pop("stack_trace", None)
    return program


def batch() -> tuple[dict[int, torch.export.Dim], ...]:
    """Return which side of the pixels may have any length."""
    return ({0: torch.export.Dim("batch")},)
