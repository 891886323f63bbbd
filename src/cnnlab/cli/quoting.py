"""Values that Hydra would read as something else than they mean: paths at home, and names of classes."""

from __future__ import annotations

import re

from cnnlab.cli.grid_words import is_grid_word

_AT_HOME = re.compile(r"""(?<![^=,\[])~(?:/[^,\[\]{}()'"\\=]*)?(?=[,\]]|$)""")
_NO_TEXT = re.compile(r"(?i:true|false|null|nan|inf)|[+-]?[\d._]+(?:[eE][+-]?\d+)?")
_AS_TYPED = re.compile(r"0|[1-9]\d*")  # whole numbers that become the text that was typed
_CLASSES, _CLASS = "dataset.classes", "dataset.binary"


def as_meant(override: str) -> str:
    """Return an override in whose value `~` is the home folder, and a class called `1e3` or `True` is text."""
    if is_grid_word(override):
        return override
    key, equals, value = override.partition("=")
    if key.lstrip("+") in (_CLASSES, _CLASS) and not set(value) & set("'\"\\"):
        value = _with_names(value, are_listed=key.endswith(_CLASSES))
    return f"{key}{equals}{_AT_HOME.sub(_quoted, value)}"


def as_text(value: str) -> str:
    """Return how Hydra wants a value that is to be text, whatever characters it has."""
    if re.fullmatch(r"[\w./-]+", value, re.ASCII):
        return value
    # As its QuotedString: a backslash counts only before a quote, the one at the end included.
    escaped = re.sub(r"(\\*)(\"|$)", lambda match: 2 * match[1] + (match[2] and f"\\{match[2]}"), value)
    return '"' + escaped.replace("${", r"\${") + '"'


def unquoted(value: str) -> str:
    """Return a text without the quotes around it."""
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value


def _with_names(value: str, *, are_listed: bool) -> str:
    """Quote names that are no text for Hydra; outside a list, null and a number of classes mean what they say."""
    parts, depth = re.split(r"([\[\],])", value), 0
    for place, part in enumerate(parts):
        depth += {"[": 1, "]": -1}.get(part, 0)
        is_name = depth > 0 if are_listed else part != "null"
        if is_name and _NO_TEXT.fullmatch(part) and not _AS_TYPED.fullmatch(part):
            parts[place] = f'"{part}"'
    return "".join(parts)


def _quoted(match: re.Match[str]) -> str:
    return f'"{match[0]}"'
