"""Filters of the table of runs: `dataset=digits`, `status=failed`, `model=resnet*`, `lr=0.1`."""

from __future__ import annotations

import contextlib
import fnmatch
from collections.abc import Iterable, Sequence

from cnnlab.base.errors import ConfigError, did_you_mean
from cnnlab.comparison.run_table import RunLine

STATUS, DATA, TAGS = "status", "dataset", "tags"


def filtered(lines: Sequence[RunLine], words: Iterable[str]) -> list[RunLine]:
    """Return the runs that fit every word `key=value`; of several values, with commas between them, one is enough.

    Raises:
        ConfigError: no run has such a setting, or several settings end with the key.
    """
    found = list(lines)
    for word in words:
        key, _, values = word.partition("=")
        whole = _whole_key(key, lines)
        found = [line for line in found if any(_fits(line, whole, value) for value in values.split(","))]
    return found


def _whole_key(key: str, lines: Sequence[RunLine]) -> str:
    """Return the setting that is meant: by its name, or its last part where only one ends so."""
    known = dict.fromkeys(name for line in lines for name in line.settings) | dict.fromkeys((STATUS, DATA, TAGS))
    if key in known:
        return key
    ending = [name for name in known if name.endswith(f".{key}")]
    if len(ending) == 1:
        return ending[0]
    if ending:
        raise ConfigError(f"report: '{key}' is the end of {', '.join(sorted(ending))}. Write one of them in full.")
    raise ConfigError(f"report: no run has a setting '{key}'.{did_you_mean(key, known)}")


def _fits(line: RunLine, key: str, value: str) -> bool:
    own = {line.settings.get(key, "null")}
    if key == STATUS:
        own = {line.status}
    elif key == TAGS:
        own = set(line.tags)
    elif key == DATA:
        own.add(line.data)
    return any(fnmatch.fnmatchcase(text, value) or _is_same_number(text, value) for text in own)


def _is_same_number(text: str, value: str) -> bool:
    with contextlib.suppress(ValueError):
        return float(text) == float(value)
    return False
