"""The arguments of a call as words of a command line."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence

from cnnlab.base.errors import ConfigError, brief
from cnnlab.cli.quoting import as_text

Word = str | os.PathLike[str]


def words_of(words: Sequence[Word], keys: Mapping[str, object], *, sweeps: bool = False) -> list[str]:
    """Return the words that the arguments of a call stand for.

    Args:
        words: as typed; a string alone is split as a shell splits it.
        keys: key -> value: of Python, or a text as typed.
        sweeps: whether a list is several values, one after the other; else it is one.

    Raises:
        ConfigError: a quote is open, or a value is nothing that can be typed.
    """
    if len(words) == 1 and isinstance(words[0], str):
        try:
            typed = shlex.split(words[0])
        except ValueError as error:
            raise ConfigError(f"{words[0]}: cannot be split into words ({error}). Close the quotation.") from None
    else:
        typed = [os.fspath(word) for word in words]
    return [*typed, *(f"{key}={_value(key, value, sweeps=sweeps)}" for key, value in keys.items())]


def _value(key: str, value: object, *, sweeps: bool) -> str:
    if isinstance(value, str):
        return value
    if sweeps and isinstance(value, list | tuple | range):
        return ",".join(each if isinstance(each, str) else _written(key, each) for each in value)
    return _written(key, value)


def _written(key: str, value: object) -> str:
    """Return a value of Python as it is typed."""
    value = value.item() if hasattr(value, "item") else value  # of NumPy
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str | os.PathLike):
        return as_text(os.fspath(value))
    if isinstance(value, list | tuple | range):
        return f"[{','.join(_written(key, each) for each in value)}]"
    raise ConfigError(f"{key}: must be a number, a text, a path, a list or None, got {brief(value)}.")
