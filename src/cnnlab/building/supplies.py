"""What the parts of a run are built with, besides its configuration and the machine."""

from __future__ import annotations

from dataclasses import dataclass

from cnnlab.base.progress import Progress
from cnnlab.building.features import ObtainFeatures, compute_and_keep
from cnnlab.data.library import DataLibrary


@dataclass(frozen=True)
class Supplies:
    """What the parts of a run are built with, besides its configuration and the machine."""

    library: DataLibrary
    """Holds what was read in this process."""
    data_content: str | None
    """Stands for the files of an image folder, as in the run's identity."""
    progress: Progress | None = None
    """Told of what takes long."""
    obtain_features: ObtainFeatures = compute_and_keep
    """How features of a frozen backbone are had that are not kept yet."""
