"""Which builder makes the parts of a run: that of its command. All else is the same for all runs."""

from __future__ import annotations

from collections.abc import Callable

from cnnlab.build import build
from cnnlab.config import RunConfig
from cnnlab.data.downloads import Progress
from cnnlab.parts import Parts
from cnnlab.runtime import Runtime
from cnnlab.transfer.procedures import build_transfer


def build_parts(config: RunConfig, runtime: Runtime, *, progress: Progress | None = None) -> Parts:
    """Return the parts of a run of any command."""
    return BUILDERS[config.command](config, runtime, progress=progress)


BUILDERS: dict[str, Callable[..., Parts]] = {
    "train": build,
    "transfer": build_transfer,
}
