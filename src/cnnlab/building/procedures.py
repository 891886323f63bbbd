"""Which builder makes the parts of a run: that of its command. All else is the same for all runs."""

from __future__ import annotations

from collections.abc import Callable

from cnnlab.base.progress import Progress
from cnnlab.base.runtime import Runtime
from cnnlab.building.features import ObtainFeatures, compute_and_keep
from cnnlab.building.parts import Parts
from cnnlab.building.supplies import Supplies
from cnnlab.building.train import build
from cnnlab.building.transfer import build_transfer
from cnnlab.config.run_config import RunConfig
from cnnlab.data.library import DataLibrary


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


BUILDERS: dict[str, Callable[[RunConfig, Runtime, Supplies], Parts]] = {
    "train": build,
    "transfer": build_transfer,
}
