"""Folders and zip archives of one's own photos, where a word of the command line gives one."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Sequence

from cnnlab.base.errors import ConfigError
from cnnlab.base.paths import typed_path
from cnnlab.cli.quoting import as_text

OWN = "image_folder"
_ARCHIVE = ".zip"
_LOOKED_AT = 1000  # folders
_PACKED = (".tar", ".tgz", ".gz", ".bz2", ".xz", ".7z", ".rar")


def is_place(text: str) -> bool:
    """Tell whether a word gives a folder, an archive or a file by its form, or since there is one."""
    return "/" in text or text in (".", "..", "~") or text.lower().endswith((_ARCHIVE, *_PACKED)) or is_there(text)


def is_there(text: str) -> bool:
    """Tell whether a text names a file or folder."""
    try:
        return typed_path(text).exists()
    except (ValueError, OSError):
        return False


def holds_classes(text: str) -> bool:
    """Tell whether a text names a folder of class folders, several of which have images right inside."""
    from cnnlab.data.image_folders.formats import SUFFIXES  # for this alone

    try:
        folders = [folder for folder in typed_path(text).iterdir() if folder.is_dir()]
        with_images = (any(file.suffix.lower() in SUFFIXES for file in folder.iterdir()) for folder in folders)
        return sum(itertools.islice(with_images, _LOOKED_AT)) > 1
    except (OSError, ValueError):
        return False


def roots(where: str, text: str) -> str:
    """Return the value of `dataset.root` that a text stands for: one place, or several with commas between.

    Args:
        where: what a message begins with.
        text: as typed, without quotes.

    Raises:
        ConfigError: there is no such place, or none with images in it.
    """
    places = [text] if is_there(text) or "," not in text else text.split(",")
    return ",".join(as_text(_checked(where, place)) for place in places)


def _checked(where: str, text: str) -> str:
    try:
        path = typed_path(text)
    except ValueError as error:
        raise ConfigError(f"{where}: {error}.") from None
    if path.is_dir() or (path.is_file() and path.suffix.lower() == _ARCHIVE):
        return text.rstrip("/") or text
    if not path.exists():
        what = "file" if path.suffix.lower() in (_ARCHIVE, *_PACKED) else "folder"
        beside = near(text)
        meant = f"Did you mean '{beside}'?" if beside else "Give the folder of the class folders."
        raise ConfigError(f"{where}: no {what} '{text}'. {meant}")
    if path.suffix.lower() in _PACKED:
        raise ConfigError(f"{where}: '{text}' is packed, and only .zip is read as it is. Unpack it, give the folder.")
    raise ConfigError(f"{where}: '{text}' is a file. Give the folder of the class folders, or a .zip of them.")


def near(text: str) -> str | None:
    """Return the folder that is called nearly as one that is not there."""
    try:
        path = typed_path(text)
        beside = [other.name for other in path.parent.iterdir() if other.is_dir()]
    except (OSError, ValueError):
        return None
    found = difflib.get_close_matches(path.name, beside, n=1, cutoff=0.8)
    return str(path.parent / found[0]) if found else None


def overrides(roots: str, given: Sequence[str]) -> list[str]:
    """Return the overrides that stand for a place; the data set stays the one that is given, if there is one.

    Args:
        roots: as of the function.
        given: keys that are typed.
    """
    return [*([] if "dataset" in given else [f"dataset={OWN}"]), f"dataset.root={roots}"]
