"""A configuration as flat settings, as tables, names of arms and cautions use them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cnnlab.base.schema import PlainMapping

_SETTING = re.compile(r"[+~]*[\w.@/-]+=")


def settings(plain: PlainMapping) -> dict[str, str]:
    """Return a configuration as `group.key` -> text; a part's name stands under the group alone."""
    flat: dict[str, str] = {}
    for key, value in plain.items():
        for option, own in value.items() if isinstance(value, Mapping) else [("name", value)]:
            flat[str(key) if option == "name" else f"{key}.{option}"] = _text(own)
    return flat


def _text(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else _written(value)


def _written(value: object) -> str:
    try:
        return str(value)
    except RecursionError:
        return "..."  # of a damaged file; no option is nested so deep


def parts_of(name: str) -> list[str]:
    """Part the name of an arm: into what it is called, where a study calls it something, and its settings.

    Blanks may stand in either: `no decay optimizer.betas=[0.9, 0.99]` has two parts.
    """
    parts: list[str] = []
    for word in name.split():
        if parts and _SETTING.match(word) is None:
            parts[-1] += f" {word}"
        else:
            parts.append(word)
    return parts


def differing(runs: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the settings in which runs differ, the seed apart; names of parts first, then their keys."""
    keys = dict.fromkeys(key for own in runs for key in own)
    found = [key for key in keys if key != "seed" and len({own.get(key, "") for own in runs}) > 1]
    return sorted(found, key=lambda key: "." in key)
