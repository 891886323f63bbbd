"""What a run finds of its data on a machine, asked before it begins."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from cnnlab.base.errors import ConfigError
from cnnlab.base.free_memory import free_memory_bytes
from cnnlab.base.schema import PlainMapping
from cnnlab.config.load import load
from cnnlab.config.plugins import load_plugins
from cnnlab.config.run_config import cache_dir
from cnnlab.data.library import DataLibrary
from cnnlab.data.places import data_folder, image_caches, may_be_downloaded

_PART = 0.25  # as of DataLibrary


@dataclass(frozen=True)
class DataAtHand:
    """Where the data of a run belongs on this machine."""

    folder: Path
    cache: Path
    """Of decoded images."""
    may_be_downloaded: bool

    @property
    def image_caches(self) -> list[Path]:
        """What the cache holds of the folder's images."""
        return image_caches(self.folder, cache_dir=self.cache)


def data_at_hand(plain: PlainMapping) -> DataAtHand | None:
    """Return where the data of a run belongs; None where it has no folder, or the run itself will say what is wrong."""
    try:
        load_plugins(plain.get("plugins") or ())
        config = load(plain)
    except ConfigError:
        return None
    name, root = config.dataset.name, config.dataset.options.get("root")
    folder = data_folder(name, root, data_dir=config.data_dir)
    return None if folder is None else DataAtHand(folder, cache_dir(config), may_be_downloaded(name, root))


@functools.cache
def library_of_process(num_sharing: int) -> DataLibrary:
    """Return what all runs of this process read through, where no command holds it.

    Args:
        num_sharing: processes that share the machine's memory, of whose free part all of them hold a quarter at most.
    """
    return DataLibrary(limit=int(_PART * free_memory_bytes() / num_sharing))
