"""Which builder makes the parts of a run: that of its command. All else is the same for all runs."""

from __future__ import annotations

from collections.abc import Callable

from cnnlab.base.progress import Progress
from cnnlab.base.runtime import Runtime
from cnnlab.building import train, transfer
from cnnlab.building.features import ObtainFeatures, compute_and_keep
from cnnlab.building.parts import ImageSpec, Parts
from cnnlab.building.supplies import Supplies
from cnnlab.config.run_config import RunConfig
from cnnlab.data.library import DataLibrary
from cnnlab.data.stores import Data


def build_parts(
    config: RunConfig,
    runtime: Runtime,
    *,
    library: DataLibrary,
    data_content: str | None,
    progress: Progress | None = None,
    obtain_features: ObtainFeatures = compute_and_keep,
) -> Parts:
    """Return the parts of a run of any command.

    Args:
        config: of the run.
        runtime: the machine.
        library: holds what was read in this process.
        data_content: stands for the files of an image folder.
        progress: told of what takes long.
        obtain_features: how features of a frozen backbone are had that are not kept yet.

    Raises:
        ConfigError: what the configuration asks for cannot be had.
    """
    return BUILDERS[config.command](config, runtime, Supplies(library, data_content, progress, obtain_features))


def look_at_images(
    config: RunConfig, *, library: DataLibrary, data_content: str | None, progress: Progress | None = None
) -> tuple[Data, ImageSpec]:
    """Return the data of a run of any command, and what its network has to know of the images; nothing is computed.

    Args:
        config: as of `build_parts`.
        library: likewise.
        data_content: likewise.
        progress: likewise.

    Raises:
        ConfigError: what the configuration asks for cannot be had.
    """
    return LOOKS[config.command](config, Supplies(library, data_content, progress))


LOOKS: dict[str, Callable[[RunConfig, Supplies], tuple[Data, ImageSpec]]] = {
    "train": train.load_images,
    "transfer": transfer.load_images,
}
BUILDERS: dict[str, Callable[[RunConfig, Runtime, Supplies], Parts]] = {
    "train": train.build,
    "transfer": transfer.build_transfer,
}
