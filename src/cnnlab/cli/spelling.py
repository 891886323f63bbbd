"""Overrides that are typed a little wrong, as other programs take them: what was meant, in the right spelling."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence

from cnnlab.base.errors import ConfigError, brief
from cnnlab.cli.arguments import WITH_VALUE, WITHOUT_VALUE
from cnnlab.cli.commands import BY_NAME, DEFAULT, TUNE
from cnnlab.cli.commands.others import instead
from cnnlab.cli.meanings import Choices, is_full_key, is_known, meant_key, plain_key
from cnnlab.cli.own_photos import holds_classes
from cnnlab.config.conf_files import conf_dir
from cnnlab.config.synonyms import SHORT

_OVERRIDE = re.compile(r"(-*)(\+*[\w./@][\w./@-]*)(\s*[=:]\s*|\s*)(.*)", re.DOTALL)
_NOT_PLAIN = set("[]{}()'\"\\")  # with one of these, commas may be part of a value


def misspelled(args: Sequence[str]) -> list[str]:
    """Return a problem for every override of a command line that Hydra would not read as it was meant.

    Args:
        args: all words; those of a command that Hydra has no part in are left alone.
    """
    words, command = [word for word in args if word not in ("-m", "--multirun")], DEFAULT
    if words[:1] == [TUNE]:
        words.pop(0)
    if words and words[0] in BY_NAME:
        command = words.pop(0)
    if BY_NAME[command].config is None or (words and instead(words[0], ()) is not None):
        return []
    typed = {key: value for word in words for key, equals, value in [word.partition("=")] if equals}
    choices = Choices(command, typed, [conf_dir()])
    return [problem for one in _joined(_overrides(words)) if (problem := _problem(one, choices)) is not None]


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
        is_open = before[-1].endswith(("=", ",")) or (len(before) == 1 and _may_be_key(before[0]))
        is_new = "=" in word.lstrip("=") or word.startswith("-") or is_full_key(word.lstrip("+"))
        if before[-1] and (word.startswith(("=", ",")) or (is_open and not is_new)):
            found[-1].append(word)
        else:
            found.append([word])
    return found


def _long(dashes: str, key: str) -> str:
    """Return what the letter of a flag stands for, as in `-b 32`; all else as it is."""
    return SHORT.get(key, key) if dashes == "-" else key


def _may_be_key(word: str) -> bool:
    key = word.lstrip("-")
    return _is_key(_long(word[: len(word) - len(key)], key))


def _is_key(text: str) -> bool:
    return is_known(text.lstrip("+"))


def _problem(words: Sequence[str], choices: Choices) -> str | None:
    """Return what is wrong with the words of an override, None if it is well spelt or no key."""
    typed = " ".join(words)
    if typed.startswith("--no-") and is_full_key(off := plain_key(typed[5:])):
        return _told(typed, "a key takes no dashes", off, "false")
    if not typed.strip():
        return f"{typed!r}: is not an override. Write <key>=<value>."
    match = _OVERRIDE.fullmatch(typed)
    if match is None or not _is_key(_long(match[1], match[2])):
        return None  # what is no key, Hydra's own errors speak of
    dashes, key, joint, value = match.groups()
    if not (dashes or joint or value):
        return None  # a word by itself may be a folder
    key = _long(dashes, key)
    try:
        key = key if key.startswith("+") else meant_key(key, choices)
    except ConfigError as error:
        return str(error)
    if dashes:
        key = "dataset" if key == "data_dir" and holds_classes(value) else key
        return _told(typed, "a key takes no dashes", key, value.strip() or "true")
    if value and joint and (joint.strip() != "=" or joint[0] != "=" or (len(words) > 1 and joint != "=")):
        return _told(typed, "a key is joined to its value by '=', without spaces", key, value)
    if "=" not in joint:
        return None
    if not value.strip():
        return f"{key}: the value is missing. Write {key}=<value>."
    if not _NOT_PLAIN & set(value) and (len(words) > 1 or "" in map(str.strip, value.split(","))):
        return _told(typed, "values are separated by single commas, without spaces", key, value)
    return None


def _told(typed: str, what: str, key: str, value: str) -> str:
    """Say what is wrong with an override, and how it is written."""
    parts = [value] if _NOT_PLAIN & set(value) else [part.strip() for part in value.split(",") if part.strip()]
    meant = f"{key}={','.join(parts) or '<value>'}"
    return f"{brief(typed, str)}: {what}. Write {shlex.quote(brief(meant, str))}."
