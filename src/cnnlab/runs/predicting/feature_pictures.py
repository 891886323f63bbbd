"""Files with the feature maps of images: a look into a saved network."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import torch

from cnnlab.base.errors import ConfigError
from cnnlab.building.saved_network import SavedNetwork
from cnnlab.networks.models.stages import feature_maps, stages_of
from cnnlab.outputs.files import replacing
from cnnlab.outputs.run_files import RunFiles
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.plots import feature_maps as plot
from cnnlab.plots.style import DPI, styled
from cnnlab.runs.predicting.classification import Picture


class Artist:
    """Draws images as a network sees them, each into a file of its id.

    Args:
        folder: where the files go.
        run: whose network it is.
        trained: the network, on the device.
        device: where to compute.

    Raises:
        ConfigError: the network has no convolutions.
    """

    def __init__(self, folder: Path, run: RunFolder, trained: SavedNetwork, device: torch.device) -> None:
        if not stages_of(trained.network):
            raise ConfigError(f"--features: the network of {run.run_id} has no convolutions, so no feature maps.")
        self.folder, self.run = folder, RunFiles(run.path)
        self.network, self.images, self.device = trained.network, trained.images, device

    def path(self, picture_id: str) -> Path:
        """Return the file of an image."""
        return self.folder / f"{picture_id}.png"

    def refuse_existing(self, picture_ids: Iterable[str]) -> None:
        """Refuse to draw over a file, which may be the image itself.

        Raises:
            ConfigError: a file is there already.
        """
        for path in map(self.path, picture_ids):
            if path.exists():
                raise ConfigError(f"--features: '{path}' is there already. Name another folder, or delete it.")

    @styled
    def draw(self, picture: Picture, title: str) -> None:
        """Draw the maps of one image behind each stage of the network."""
        pixels = torch.from_numpy(picture.pixels.copy())[None].to(self.device)
        found = feature_maps(self.network, self.images.prepare(pixels))
        seen = self.images.seen(pixels)[0].cpu().numpy()
        figure = plot(self.run, seen, [(name, maps[0].cpu().numpy()) for name, maps in found], title=title)
        with replacing(self.path(picture.id)) as file:
            figure.savefig(file, format="png", dpi=DPI)
