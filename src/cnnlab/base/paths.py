"""Paths as a user types them."""

from __future__ import annotations

import os
from pathlib import Path

from cnnlab.base.errors import ConfigError, brief

_NAME, _PATH = 255, 3000  # bytes of a name and of a path that every file system takes


def typed_path(text: str) -> Path:
    """Return the path that a text names; `~` is the home folder.

    Raises:
        ValueError: it names none; the text goes behind `where: `, without a full stop at its end.
    """
    if not text:
        raise ValueError("must be a path, got ''. The folder in which you work is '.'")
    if "\0" in text:
        raise ValueError(f"must be a path, got {brief(text)}. No path contains the character 0")
    if max(map(_length, text.split("/"))) > _NAME or _length(text) > _PATH:
        raise ValueError(f"must be a path, got {brief(text)}. No file has so long a name")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise ValueError(f"must be a path, got {brief(text)}. It is not known where {text.split('/')[0]} is") from None


def given_path(where: str, text: str) -> Path:
    """Return the path that an argument of a command names.

    Raises:
        ConfigError: it names none.
    """
    try:
        return typed_path(text)
    except ValueError as error:
        raise ConfigError(f"{where}: {error}.") from None


def _length(text: str) -> int:
    return len(os.fsencode(text)) if text.isascii() else len(text.encode(errors="surrogatepass"))
