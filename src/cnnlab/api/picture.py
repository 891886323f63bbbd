"""A picture of a run or a study: a file that notebooks show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cnnlab.base.errors import ConfigError, unknown
from cnnlab.outputs.files import pictures_in


@dataclass(frozen=True)
class Picture:
    """A PNG file. The last expression of a notebook's cell, it is shown."""

    path: Path

    def _repr_png_(self) -> bytes:
        return self.path.read_bytes()


def picked(folder: Path, name: str | None, *, preferred: Iterable[str]) -> Picture:
    """Return one of the pictures that lie in a folder.

    Args:
        folder: of a run or a study; they are in its plots/.
        name: of one; None: the first of those preferred that there is.
        preferred: names, the most telling first.

    Raises:
        ConfigError: there is none of this name.
    """
    known = {path.stem: path for path in pictures_in(folder)}
    wanted = next((each for each in preferred if each in known), None) if name is None else name
    if wanted not in known:
        raise ConfigError(f"plot: {unknown(str(name), known)}" if known else f"plot: {folder.name} has no pictures.")
    return Picture(known[wanted])
