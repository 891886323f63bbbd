"""A command line in our words, as people type it who know other tools: folders, keys by their last part, any case.

What cannot be taken is answered with what to type, before Hydra or torch is loaded.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cnnlab.base.errors import ConfigError
from cnnlab.cli import own_photos
from cnnlab.cli.arguments import Arguments
from cnnlab.cli.grid_words import is_named
from cnnlab.cli.meanings import Choices, is_full_key, is_known, meant_key, meant_name, options_in
from cnnlab.cli.quoting import as_meant, unquoted
from cnnlab.config.conf_files import EXPERIMENT, conf_dir
from cnnlab.config.options import groups, option_table
from cnnlab.config.synonyms import BLOCKS, FOLDERS, KEYS, VALUES

_KEY = re.compile(r"[A-Za-z][\w.-]*")
_SPAN = re.compile(r"(\d{1,9})(?:\.\.|:)(\d{1,9})")
_SHAPE = re.compile(r"[\[(]?(?:(?:\d+[,x])?[134][,x])?([89]|[1-9]\d{1,4})[,x]\1(?:[,x][134])?[\])]?")
"""Of square images from 8 pixels on, with or without their channels, on either side, and their number."""
_NAMES = re.compile(r"[\w.,+ -]+")
_LEFT = re.compile(r"(?<![\w.(])[A-Za-z][\w.]*(?==)")
_KEYS_INSIDE = {"zip": re.compile(r"(?<![\w.])[A-Za-z][\w.]*")}
"""Word of a sweep -> where keys stand in it; in the others before a sign of equality."""


@dataclass(frozen=True)
class Translation:
    """What a command line means."""

    overrides: tuple[str, ...]
    notes: tuple[str, ...]
    """A line for every word that was taken for another one."""


def translated(arguments: Arguments) -> Translation:
    """Return the overrides of a command line in our words.

    Raises:
        ConfigError: with a line for every word that means something else here.
    """
    if arguments.has_own_conf:
        return Translation(tuple(map(as_meant, arguments.overrides)), ())
    meant: list[str] = []
    notes: list[str] = []
    problems: list[str] = []
    reader = _Reader(arguments)
    for word in arguments.overrides:
        try:
            words = reader.read(word)
        except ConfigError as error:
            problems += error.problems
            continue
        meant += map(as_meant, words)
        if words != [word]:
            notes.append(f"note     {word} is taken as {shlex.join(words)}")
    if problems:
        raise ConfigError(*problems)
    return Translation(tuple(meant), tuple(notes))


class _Reader:
    """Reads the words of one command line, each for itself but for what the others choose."""

    def __init__(self, arguments: Arguments) -> None:
        own = [] if arguments.config_dir is None else [Path(arguments.config_dir)]
        self._is_sweep = arguments.is_sweep
        self._words, self._folders = dict(_pairs(arguments.overrides)), (conf_dir(), *own)
        self._chooses_data = any(key in (*FOLDERS, EXPERIMENT) or key.startswith("dataset") for key in self._words)
        self._chooses_data |= any("=" not in word for word in arguments.overrides)  # a folder
        given = {KEYS.get(key, key): value for key, value in self._words.items()}
        typed = {key: self._name(key, value) for key, value in given.items()}
        self._choices = Choices(str(arguments.command.config), typed, self._folders)

    def read(self, word: str) -> list[str]:
        """Return what a word stands for: itself if it is well typed, or nothing is known of it.

        Raises:
            ConfigError: it means something else here.
        """
        if is_named(word):
            name, _, text = word.partition("=")
            return [f"{name}={_KEYS_INSIDE.get(name, _LEFT).sub(lambda key: self._meant(key[0]), text)}"]
        key, equals, value = word.partition("=")
        if not equals or (not is_known(key) and own_photos.is_there(word)):
            return self._read_bare(word)
        if not _KEY.fullmatch(key) or key.startswith("hydra"):
            return [word]
        if (span := _SPAN.fullmatch(value)) and _is_number(key):
            numbers = f"{key}=range({span[1]},{int(span[2]) + 1})"
            raise ConfigError(f"{key}: {value} is not a range here. Write {shlex.join(('-m', numbers))}.")
        if key in BLOCKS and not value.startswith(("{", "null")):
            raise ConfigError(f"{key}: {BLOCKS[key]}.")
        if key in FOLDERS or (key == "dataset" and not self._is_option(unquoted(value))):
            return self._read_data(word, key, unquoted(value))
        meant = self._meant(key)
        if meant == "data_dir" and not self._chooses_data and own_photos.holds_classes(unquoted(value)):
            raise ConfigError(
                "data_dir: is where data sets are kept, and digits, which is trained, needs none; "
                f"'{value}' holds folders of images. To train on them, type dataset={value}."
            )
        if not self._is_sweep and _is_number(meant) and (shape := _SHAPE.fullmatch(value.replace(" ", ""))):
            raise ConfigError(f"{key}: takes one number, got the shape {value}. Write {meant}={shape[1]}.")
        return [f"{meant}={self._name(meant, value)}"]

    def _meant(self, key: str) -> str:
        return key if is_full_key(key) and "." not in key else meant_key(key, self._choices)

    def _read_data(self, word: str, key: str, value: str) -> list[str]:
        if self._is_option(value) and key != "root":
            return [f"dataset={self._name('dataset', value)}"]
        if key == "dataset" and not own_photos.is_place(value):
            return [word]  # an unknown name
        return self._of_photos(key, value)

    def _of_photos(self, where: str, value: str) -> list[str]:
        given = [key for key in self._words if key == "dataset" and key != where]
        return own_photos.overrides(own_photos.roots(where, value), given)

    def _read_bare(self, word: str) -> list[str]:
        if word.startswith("~") and not word.startswith("~/"):
            return [word]  # takes a key away
        if is_full_key(word):
            return [word]  # all of what is lacking is said together, by Hydra's own errors
        if own_photos.is_place(word):
            return self._of_photos(word, word)
        if is_known(word):
            meant = meant_key(word, self._choices)
            raise ConfigError(f"{word}: the value is missing. Write {meant}=<value>.")
        named = [f"{group}={name}" for group, name in self._named(word)]
        if named:
            raise ConfigError(f"{word}: the key is missing. Write {' or '.join(named)}.")
        if near := own_photos.near(word):
            raise ConfigError(f"{word}: no folder '{word}'. Did you mean '{near}'?")
        return [word]

    def _named(self, word: str) -> Iterator[tuple[str, str]]:
        """Yield the groups of the command that have an option of a name, and the option."""
        for group in self._choices.chosen:
            if (name := meant_name(group, word, self._folders)) in options_in(group, self._folders):
                yield group, name

    def _is_option(self, value: str) -> bool:
        known = options_in("dataset", self._folders)
        return all(meant_name("dataset", name.strip(), self._folders) in known for name in value.split(","))

    def _name(self, key: str, value: str) -> str:
        """Return the value of a key as it is written, with the names of options."""
        if key in VALUES:
            return ",".join(VALUES[key].get(part.strip().lower(), part) for part in value.split(","))
        if key not in groups() or not _NAMES.fullmatch(value):
            return value
        return ",".join(meant_name(key, name, self._folders) for name in value.split(","))


def _is_number(key: str) -> bool:
    """Tell whether the value of a key is a single number."""
    kind = option_table()["keys"].get(key, {}).get("type", "")
    return "number" in kind and "list" not in kind


def _pairs(overrides: Sequence[str]) -> Iterator[tuple[str, str]]:
    for word in overrides:
        key, equals, value = word.partition("=")
        if equals:
            yield key.lstrip("+"), value
