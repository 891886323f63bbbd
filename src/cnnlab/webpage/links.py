"""Links from a page to what lies beside it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote


@dataclass(frozen=True)
class Link:
    """What a link says, and where it leads."""

    name: str
    address: str


def address_of(path: Path, *, beside: Path) -> str:
    """Return what leads from a page to a path.

    Args:
        path: any.
        beside: the folder of the page.
    """
    return quote(Path(os.path.relpath(path, beside)).as_posix())
