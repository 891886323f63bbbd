"""Overrides that are typed a little wrong, as other programs take them: what was meant, in the right spelling."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence

from cnnlab.base.errors import brief
from cnnlab.cli.arguments import WITH_VALUE, WITHOUT_VALUE
from cnnlab.cli.commands import BY_NAME
from cnnlab.config.conf_files import GLOBAL
from cnnlab.config.options import groups, option_table

_OVERRIDE = re.compile(r"(-*)(\+*[\w./@]+)(\s*[=:]\s*|\s*)(.*)", re.DOTALL)
_NOT_PLAIN = set("[]{}()'\"\\")  # with one of these, commas may be part of a value


def misspelled(args: Sequence[str]) -> list[str]:
    """Return a problem for every override of a command line that Hydra would not read as it was meant.

    Args:
        args: all words; those of a command that Hydra has no part in are left alone.
    """
    words = [word for word in args if word not in ("-m", "--multirun")]
    if words and words[0] in BY_NAME and BY_NAME[words.pop(0)].config is None:
        return []
    return [problem for typed in _joined(_overrides(words)) if (problem := _problem(typed)) is not None]


def _overrides(words: Iterable[str]) -> Iterator[str]:
    """Yield the words that are neither flags nor values of flags."""
    following = iter(words)
    for word in following:
        if word in WITH_VALUE:
            next(following, None)
        elif word not in WITHOUT_VALUE and word.partition("=")[0] not in (*WITH_VALUE, "-i", "--info"):
            yield word


def _joined(words: Iterable[str]) -> list[list[str]]:
    """Put together the words that stand for one override, as `epochs`, `=` and `5` do."""
    found: list[list[str]] = []
    for word in words:
        before = found[-1] if found else [""]
        is_open = before[-1].endswith(("=", ",")) or (len(before) == 1 and _is_key(before[0].lstrip("-")))
        is_new = "=" in word.lstrip("=") or word.startswith("-") or _is_key(word)
        if before[-1] and (word.startswith(("=", ",")) or (is_open and not is_new)):
            found[-1].append(word)
        else:
            found.append([word])
    return found


def _is_key(text: str) -> bool:
    known = {*option_table()["keys"], *groups(), *GLOBAL}
    return text.lstrip("+") in known or (text.partition(".")[0] in known and re.fullmatch(r"[\w.]+", text) is not None)


def _problem(words: Sequence[str]) -> str | None:
    typed = " ".join(words)
    if not typed.strip():
        return f"{typed!r}: is no override. Write <key>=<value>."
    match = _OVERRIDE.fullmatch(typed)
    if match is None or not _is_key(match[2]):
        return None  # what is no key, Hydra's own errors speak of
    dashes, key, joint, value = match.groups()
    if dashes:
        return _told(typed, "a key takes no dashes", key, value.strip() or "true")
    if value and joint and (joint.strip() != "=" or joint[0] != "=" or (len(words) > 1 and joint != "=")):
        return _told(typed, "a key is joined to its value by '=', without spaces", key, value)
    if "=" not in joint:
        return None
    if not value.strip():
        return f"{key}: the value is missing. Write {key}=<value>."
    if not _NOT_PLAIN & set(value) and (len(words) > 1 or "" in map(str.strip, value.split(","))):
        return _told(typed, "values stand between single commas, without spaces", key, value)
    return None


def _told(typed: str, what: str, key: str, value: str) -> str:
    """Say what is wrong with an override, and how it is written."""
    parts = [value] if _NOT_PLAIN & set(value) else [part.strip() for part in value.split(",") if part.strip()]
    meant = f"{key}={','.join(parts) or '<value>'}"
    return f"{brief(typed, str)}: {what}. Write {shlex.quote(brief(meant, str))}."
