"""Which key and which option a typed word means: by its whole name, its last part, or another tool's word for it."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cnnlab.base.errors import ConfigError
from cnnlab.base.schema import PlainMapping
from cnnlab.config.conf_files import EXPERIMENT, GLOBAL, conf_dir, read_values
from cnnlab.config.options import groups, option_table
from cnnlab.config.synonyms import ANSWERS, FOLDERS, KEYS, NAMES

_NAMED = 4  # options or keys in a message
_APART = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Choices:
    """What of each group a command line chooses, read when it is first asked for: few words cannot be told without."""

    command: str
    """Name of the primary config, whose choice counts where nothing is typed."""
    typed: Mapping[str, str]
    """Key -> value; a study among them leaves open what it chooses."""
    folders: Sequence[Path]
    """Where options lie: conf/ and the user's own."""

    @functools.cached_property
    def chosen(self) -> Mapping[str, Sequence[str]]:
        """Each group of the command -> entries of its table, several in a sweep, none where it is left open."""
        entries = read_values(conf_dir() / f"{self.command}.yaml")["defaults"]
        defaults = {key: name for entry in entries if isinstance(entry, dict) for key, name in entry.items()}
        return {group: self._entries(group, defaults[group]) for group in groups() if group in defaults}

    def _entries(self, group: str, default: str | None) -> list[str]:
        names = self.typed.get(group, None if EXPERIMENT in self.typed else default)
        return [] if names is None else [_entry(group, name, self.folders) for name in names.split(",")]


def _entry(group: str, option: str, folders: Sequence[Path]) -> str:
    """Return the entry of a table that an option stands for: a preset is called otherwise."""
    file = next((path for folder in folders if (path := folder / group / f"{option}.yaml").is_file()), None)
    return option if file is None else str(read_values(file).get("name", option))


def is_full_key(text: str) -> bool:
    """Tell whether a word is a key or the name of a group, or begins with a group and a dot."""
    known = {*option_table()["keys"], *groups(), *GLOBAL}
    return text in known or (text.partition(".")[0] in known and re.fullmatch(r"[\w.]+", text) is not None)


def plain_key(text: str) -> str:
    """Return a key as it is written: `Batch-Size` is batch_size."""
    written = text.replace("-", "_")
    return written if is_full_key(written) or _groups_of(written) else written.lower()


def is_known(text: str) -> bool:
    """Tell whether a word means a key, or is answered with one."""
    word = plain_key(text)
    return bool(is_full_key(word) or word in {*KEYS, *ANSWERS, *FOLDERS} or _groups_of(word))


def meant_key(text: str, choices: Choices) -> str:
    """Return the key that a word means; the word itself if nothing is known of it.

    Raises:
        ConfigError: another key has to be typed, or one of several.
    """
    word = plain_key(text)
    if word in FOLDERS:
        return "dataset"
    head, _, last = word.rpartition(".")
    if not head:
        return word if is_full_key(word) else _of_last_part(word, choices)
    group = KEYS.get(head, head)
    if group in (*groups(), *GLOBAL):
        meant = KEYS.get(last, "")
        return meant if meant.startswith(f"{group}.") and not _takes(group, last) else f"{group}.{last}"
    if "." in head or head in option_table()["keys"] or not is_known(last):
        return text
    return last if is_full_key(last) else _of_last_part(last, choices)  # trainer.max_epochs


def _of_last_part(word: str, choices: Choices) -> str:
    if word in KEYS:
        return _checked(word, KEYS[word], choices)
    found = [group for group in _groups_of(word) if group in choices.chosen]
    fitting = [group for group in found if set(choices.chosen[group]) & _takes(group, word)]
    if word in option_table()["keys"] or f"dataset.{word}" in option_table()["keys"]:
        return f"dataset.{word}"
    if len(fitting) == 1:
        return f"{fitting[0]}.{word}"
    if word in ANSWERS:
        raise ConfigError(f"{word}: {ANSWERS[word]}.")
    if len(fitting or found) > 1:
        keys = " or ".join(f"{group}.{word}" for group in fitting or found)
        raise ConfigError(f"{word}: may be {keys}. Write the one that is meant.")
    if found:
        return _checked(word, f"{found[0]}.{word}", choices)
    if others := _groups_of(word):
        raise ConfigError(f"{word}: is {others[0]}.{word}, and this command has no {others[0]}. {_other(others[0])}")
    return word


def _other(group: str) -> str:
    command = "transfer" if group in ("backbone", "head", "transfer") else "train"
    return f"Type: cnnlab {command}"


def _checked(word: str, key: str, choices: Choices) -> str:
    """Return a key, if what is chosen takes it.

    Raises:
        ConfigError: it does not; the text names what would.
    """
    group, _, option = key.partition(".")
    if group in groups() and group not in choices.chosen:
        raise ConfigError(f"{word}: is {key}, and this command has no {group}. {_other(group)}")
    chosen, takers = choices.chosen.get(group, ()), _takes(group, option)
    if not takers or not chosen or not set(chosen).isdisjoint(takers) or not set(chosen) <= {*_entries(group)}:
        return key
    having = sorted(takers)
    raise ConfigError(
        f"{word}: is {key}, which {group}={chosen[0]} does not have; {', '.join(having[:_NAMED])} "
        f"{'does' if len(having) == 1 else 'do'}. Write {group}={having[0]} {key}=<value>."
    )


def _groups_of(word: str) -> list[str]:
    """Return the groups some of whose entries take an option of this name."""
    return [group for group in groups() if _takes(group, word)]


def _takes(group: str, option: str) -> set[str]:
    return {name for name, entry in _entries(group).items() if option in entry["options"]}


def _entries(group: str) -> PlainMapping:
    entries: PlainMapping = option_table()["groups"].get(group, {})
    return entries


def meant_name(group: str, name: str, folders: Sequence[Path]) -> str:
    """Return the option of a group that a name means, in any case and with or without hyphens; else the name itself."""
    known = options_in(group, folders)
    if name in known:
        return name
    bare = _bare(name)
    alike = [option for option in known if _bare(option) == bare]
    other = NAMES.get(group, {}).get(bare)
    return alike[0] if len(alike) == 1 else other if other in known and not alike else name


def _bare(name: str) -> str:
    return _APART.sub("", name.lower())


def is_option(group: str, name: str) -> bool:
    """Tell whether cnnlab itself has an option of this name, in any case."""
    return meant_name(group, name, [conf_dir()]) in options_in(group, [conf_dir()])


def options_in(group: str, folders: Sequence[Path]) -> list[str]:
    """Return the options of a group, sorted."""
    return sorted({path.stem for folder in folders for path in (folder / group).glob("*.yaml")})
