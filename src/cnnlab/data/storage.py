"""Where data lies, and what a loader may use to bring it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cnnlab.base.hashing import FileHashes
from cnnlab.base.progress import Progress
from cnnlab.data.scaling import Scaling


@dataclass(frozen=True)
class Storage:
    """Where data lies, and what a loader may use to bring it."""

    data_dir: Path
    """Downloads go here, and are looked for here."""
    cache_dir: Path
    """Decoded images are kept here."""
    image_size: int | None
    """Height and width that the run asks for, in pixels; None: the data set's own."""
    decode_size: int | None = None
    """Height and width at which image files are decoded where no size is asked for; None: their own, see `cache`."""
    scaling: Scaling = field(default_factory=Scaling)
    """How image files come to that size."""
    workers: int | None = None
    """Processes that decode images; None: one per core."""
    may_download: bool = True
    """Whether what is missing may be downloaded."""
    progress: Progress | None = None
    """Called with (what, done, total) while something takes long."""
    hashes: FileHashes = field(default_factory=FileHashes, compare=False)
    """Of image files, those that were computed before."""
