"""What image files say of themselves before they are decoded: size, kind of pixels, format, whether they are turned."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from cnnlab.base.progress import Progress
from cnnlab.data.image_folders.decoding import ORIENTATION
from cnnlab.data.image_folders.formats import formats_of
from cnnlab.data.image_folders.value_range import raw_mode_of

_EVERY = 500  # files between two words of how far it is
_MODES = {
    "1": "black and white", "L": "gray", "LA": "gray with transparency", "P": "palette", "PA": "palette",
    "RGBA": "RGB with transparency", "RGBa": "RGB with transparency", "F": "gray, floats",
}  # fmt: skip


@dataclass(frozen=True)
class FileFacts:
    """Of one image file."""

    path: str
    width: int
    """Pixels, upright."""
    height: int
    mode: str
    """In words: gray, RGB, palette, CMYK, gray 16 bit."""
    format: str
    """As Pillow calls it: JPEG, PNG."""
    is_turned: bool
    """Whether its EXIF data says that it has to be turned or mirrored."""


def read_facts(root: Path, paths: Sequence[str], *, progress: Progress | None = None) -> list[FileFacts]:
    """Return the facts of those files that can be opened.

    Args:
        root: the folder that the paths start from.
        paths: of the files.
        progress: called after every few files.
    """
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of oddities that it copes with
        for number, path in enumerate(paths, start=1):
            try:
                found.append(_facts_of(root, path))
            except Exception:  # on damaged files Pillow raises nearly anything; decoding says what is wrong
                continue
            if progress is not None and (number % _EVERY == 0 or number == len(paths)):
                progress("reading image headers", number, len(paths))
    return found


def _facts_of(root: Path, path: str) -> FileFacts:
    with Image.open(root / path, formats=formats_of(path)) as image:
        # The base class's: a PNG's own decodes the whole image in search of late tags.
        orientation = Image.Image.getexif(image).get(ORIENTATION, 1)
        width, height = image.size[::-1] if orientation in (5, 6, 7, 8) else image.size
        mode = _mode(image.mode, raw_mode_of(image))
        return FileFacts(path, width, height, mode, str(image.format), is_turned=orientation in range(2, 9))


def _mode(mode: str, raw_mode: str) -> str:
    if mode.startswith("I"):
        return "gray 16 bit"
    return f"{_MODES.get(mode, mode)}{' 16 bit' if ';16' in raw_mode else ''}"
