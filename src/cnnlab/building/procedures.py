"""Which builder makes the parts of a run: that of its command. All else is the same for all runs."""

from __future__ import annotations

from collections.abc import Callable

from cnnlab.base.progress import Progress
from cnnlab.base.runtime import Runtime
from cnnlab.building.parts import Parts
from cnnlab.building.train import build
from cnnlab.building.transfer import build_transfer
from cnnlab.config.run_config import RunConfig


def build_parts(config: RunConfig, runtime: Runtime, *, progress: Progress | None = None) -> Parts:
    """Return the parts of a run of any command."""
    return BUILDERS[config.command](config, runtime, progress=progress)


BUILDERS: dict[str, Callable[..., Parts]] = {
    "train": build,
    "transfer": build_transfer,
}
