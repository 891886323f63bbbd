"""The words of a command that reads its own arguments: what is wrong with them is said, with what to type."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from cnnlab.base.errors import ConfigError, brief, did_you_mean, unknown
from cnnlab.cli.flags import KEYED, Place, here
from cnnlab.cli.meanings import is_known, plain_key

_A_RUN = "a run's folder, its id, the beginning of its id or of the hash at its end; or latest, or best"
_CHOICE = re.compile(r"argument (\S+): invalid choice: '(.*)' \(choose from (.*)\)", re.DOTALL)
_NAME = re.compile(r"[\w.-]+")
_NO_VALUE = re.compile(r"argument (\S+): expected .*", re.DOTALL)
_TOO_MUCH = re.compile(r"argument (\S+): ignored explicit argument (.*)", re.DOTALL)
_SEVERAL = re.compile(r"ambiguous option: (\S+) could match (.*)", re.DOTALL)
_REQUIRED = re.compile(r"the following arguments are required: .*", re.DOTALL)
_ENDS: tuple[Place, Place] = ("first", "last")


@dataclass(frozen=True)
class _Foreign:
    """A flag that the command does not have, as it stands among the words."""

    typed: str
    """With its value, if that is known to be one."""
    words: tuple[str, ...] | None
    """What is typed in its place; None: nothing is known."""
    place: Place = "same"
    note: str = ""


class Parser(argparse.ArgumentParser):
    """Reads the words of a command.

    Args:
        command: its name.
        description: what it does.
        epilog: examples.
        example: what is typed behind the command, for those who type too little.
    """

    def __init__(self, command: str, *, description: str, epilog: str, example: str) -> None:
        super().__init__(prog=f"cnnlab {command}", description=description, epilog=epilog)
        self._command, self._example = command, example

    def add_run(self, *, or_else: str | None = None) -> None:
        """Take a run as `run`, or what `or_else` says."""
        self.add_argument("run", help=_A_RUN if or_else is None else f"{_A_RUN}; or {or_else}")

    def add_device(self) -> None:
        """Take where to compute as `device`."""
        self.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, ... (default: auto)")

    def add_plugins(self) -> None:
        """Take the plugins of a saved run as `plugins`; they are code, and are named again."""
        self.add_argument("--plugins", metavar="FILE,...", help="the plugins that the run was trained with")

    def read(self, args: Sequence[str]) -> argparse.Namespace:
        """Return the values of the words.

        Raises:
            ConfigError: there is a flag or a word that the command does not take, or one is missing.
        """
        words = list(self._understood(args))
        if problems := self._problems([word for word in words if isinstance(word, _Foreign)]):
            raise ConfigError(*problems)
        if any(isinstance(word, _Foreign) for word in words):
            raise ConfigError(self._in_our_words(words))
        options, left = self.parse_known_args(args)
        if left:
            raise ConfigError(
                f"{self._command}: takes no more words, got {brief(shlex.join(left), str)} too. {self._see()}"
            )
        return options

    def error(self, message: str) -> NoReturn:
        """Say what argparse has found, in place of how the command is used.

        Raises:
            ConfigError: always.
        """
        raise ConfigError(self._told(message))

    def _told(self, message: str) -> str:
        if match := _CHOICE.fullmatch(message):
            return f"{match[1]}: {unknown(match[2], _NAME.findall(match[3]))}"
        if match := _NO_VALUE.fullmatch(message):
            action = self._option_string_actions.get(match[1].rpartition("/")[2])
            value = "VALUE" if action is None else action.metavar or str(action.dest).upper()
            return f"{match[1]}: the value is missing. Write {match[1]} {value}."
        if match := _TOO_MUCH.fullmatch(message):
            return f"{match[1]}: takes no value, got {match[2]}. Write {match[1]}."
        if match := _SEVERAL.fullmatch(message):
            return f"{match[1]}: may be {match[2].replace(', ', ' or ')}. Write it out."
        if _REQUIRED.fullmatch(message):
            what = {"data": "a folder or the name of a data set"}.get(self._command, "a run")
            return f"{self._command}: takes {what}, got none. Type: {self.prog} {self._example}"
        return f"{self._command}: {message}. {self._see()}"

    def _see(self) -> str:
        return f"See: {self.prog} --help"

    def _understood(self, args: Sequence[str]) -> Iterator[str | _Foreign]:
        """Yield the words; those that another tool would take, with their values, as what they are here."""
        left = list(args)
        while left:
            word = left.pop(0)
            if word == "--":
                yield from (word, *left)
                return
            name, equals, value = word.partition("=")
            if not re.fullmatch(r"--?[A-Za-z].*", name):
                yield self._keyed(word) if equals and self._command not in KEYED else word
            elif (own := self._own(name)) is not None:
                yield word
                if own and not equals and left:
                    yield left.pop(0)
            else:
                following = "" if equals or not left or left[0].startswith("-") else left[0]
                foreign = self._foreign(word, name, value if equals else following)
                if following and foreign.typed != word:
                    left.pop(0)
                yield foreign

    def _own(self, name: str) -> bool | None:
        """Tell whether a flag of the command takes a value; None: it has no such flag."""
        flags = self._option_string_actions
        found = {flag for flag in flags if flag == name} or {flag for flag in flags if flag.startswith(name)}
        if not found or (len(name) == 2 and name not in flags):
            return None
        return any(flags[flag].nargs is None for flag in found)

    def _keyed(self, word: str) -> str | _Foreign:
        """Return a word key=value, of a command that has none, as the flag that is meant."""
        key, _, value = word.partition("=")
        flag = f"--{key.replace('_', '-')}"
        if Path(word).exists():
            return word
        if flag in self._option_string_actions:
            return _Foreign(word, (flag, value) if self._own(flag) else (flag,))
        known = here(self._command, key)
        if known is None or (known.words is not None and known.words.format(value) == word):
            return word
        return self._foreign(word, key, value)

    def _foreign(self, typed: str, name: str, value: str) -> _Foreign:
        """Return what a flag is that the command does not have.

        Args:
            typed: the word.
            name: of the flag.
            value: behind it, or in the next word, which may not belong to it.
        """
        known, takes_key = here(self._command, name), self._command in KEYED and is_known(name.lstrip("-"))
        takes_value = takes_key if known is None else known.takes_value or value.isdecimal()
        whole = typed if "=" in typed or not (takes_value and value) else f"{typed} {shlex.quote(value)}"
        if known is None:
            key = plain_key(name.lstrip("-"))
            return _Foreign(whole, (f"{key}={value or 'true'}",) if takes_key else None)
        words = None if known.words is None else tuple(word.format(value or "VALUE") for word in known.words.split())
        return _Foreign(whole, words, known.place, known.note)

    def _problems(self, foreign: Sequence[_Foreign]) -> list[str]:
        """Return a problem for every flag that there is nothing for here."""
        problems = []
        for flag in foreign:
            if flag.words is None:
                name = flag.typed.split()[0].partition("=")[0].lstrip("-")
                own = [own[2:] for own in self._option_string_actions if own.startswith("--") and own != "--help"]
                nearest = flag.note or did_you_mean(name, own, "--").strip() or self._see()
                problems.append(f"{brief(flag.typed, str)}: is no flag of {self.prog}. {nearest}")
        return problems

    def _in_our_words(self, words: Sequence[str | _Foreign]) -> str:
        """Say what the whole command is here."""
        foreign = [word for word in words if isinstance(word, _Foreign)]
        first, last = ([part for flag in foreign if flag.place == at for part in flag.words or ()] for at in _ENDS)
        between = [
            part
            for word in words
            for part in ((word,) if isinstance(word, str) else () if word.place in _ENDS else word.words or ())
        ]
        notes = " ".join(dict.fromkeys(flag.note for flag in foreign if flag.note))
        typed = " ".join(brief(flag.typed, str) for flag in foreign)
        is_are = "is no flag" if len(foreign) == 1 else "are no flags"
        kind = is_are if any(flag.typed.startswith("-") for flag in foreign) else "is written differently here"
        of = f" of {self.prog}" if kind == is_are else ""
        line = shlex.join(["cnnlab", self._command, *first, *between, *last])
        return f"{typed}: {kind}{of}.{f' {notes}' if notes else ''} Type: {line}"
