"""What the parts of a run are built with, besides its configuration and the machine."""

from __future__ import annotations

from dataclasses import dataclass

from cnnlab.base.progress import Progress


@dataclass(frozen=True)
class Supplies:
    """What the parts of a run are built with, besides its configuration and the machine."""

    data_content: str | None
    """Stands for the files of an image folder, as in the run's identity."""
    progress: Progress | None = None
    """Told of what takes long."""
