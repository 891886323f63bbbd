"""What there is to choose and to set, as options.json holds it: groups, their entries and options, and all other keys.

Known without torch. `python -m cnnlab.config.signatures` writes the file anew; it does not hold what plugins add.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path

from cnnlab.base.schema import PlainMapping

FILE = Path(__file__).with_name("options.json")


@functools.cache
def option_table() -> PlainMapping:
    """Return what the file holds.

    Its `groups` are group -> entry -> `explanation` and `options`, of a head `is_trained` too; its `keys` are those
    that are no group, such as `seed` or `dataset.classes`. Each option and each key has a `type`; `bound` and `choices`
    where there are such; a `default`, or else it is `required`. A key has its `role` and `explanation` too.
    """
    table: PlainMapping = json.loads(FILE.read_text(encoding="utf-8"))
    return table


def groups() -> tuple[str, ...]:
    """Return the groups that have a table of factories."""
    return tuple(option_table()["groups"])


def explanations(group: str) -> dict[str, str]:
    """Return one line about every entry of a group."""
    return {name: entry["explanation"] for name, entry in option_table()["groups"][group].items()}
