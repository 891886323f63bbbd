"""The words of a command line: command, flags, overrides."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cnnlab.base.errors import ConfigError, did_you_mean, unknown
from cnnlab.base.paths import given_path
from cnnlab.cli.commands import BY_NAME, COMPOSED, DEFAULT, TUNE, Command
from cnnlab.cli.commands.others import instead
from cnnlab.cli.grid_words import without_grid_words
from cnnlab.cli.meanings import is_known, is_option
from cnnlab.cli.own_photos import is_place
from cnnlab.config.options import groups

SWEEP = ("-m", "--multirun")
_CONFIG_DIR = ("-cd", "--config-dir")
_CONFIG_NAME = ("-cn", "--config-name")
_CONFIG_PATH = ("-cp", "--config-path")
_INFO = ("-i", "--info")
WITH_VALUE = ("-c", "--cfg", "-p", "--package", *_CONFIG_DIR, *_CONFIG_NAME, *_CONFIG_PATH)
WITHOUT_VALUE = (
    *SWEEP, "-h", "--help", "--hydra-help", "--version", "--resolve", "-r", "--run", "-sc", "--shell-completion",
)  # fmt: skip


@dataclass(frozen=True)
class Arguments:
    """A command line for Hydra, sorted into what begins with a dash and what overrides the configuration."""

    command: Command
    flags: tuple[str, ...]
    overrides: tuple[str, ...]
    is_tuning: bool = False
    """Whether a space is searched, by `cnnlab tune`: a sweep whose points are chosen."""

    @property
    def is_sweep(self) -> bool:
        """Whether several runs are asked for."""
        return not {*SWEEP}.isdisjoint(self.flags)

    @property
    def is_look(self) -> bool:
        """Whether the configuration is only looked at."""
        return any(flag in ("-c", "--cfg") or flag.startswith("--info") for flag in self.flags)

    @property
    def is_help(self) -> bool:
        """Whether only the help text is asked for."""
        return not {"-h", "--help"}.isdisjoint(self.flags)

    @property
    def config_dir(self) -> str | None:
        """Folder of the user's own options."""
        return self._value(_CONFIG_DIR)

    @property
    def config_name(self) -> str:
        """Name of the primary config."""
        return self._value(_CONFIG_NAME) or str(self.command.config)

    @property
    def has_own_conf(self) -> bool:
        """Whether another folder takes the place of conf/."""
        return self._value(_CONFIG_PATH) is not None

    def as_sweep(self) -> str:
        """Return the command that would sweep over the same overrides."""
        others = (flag for flag in self.flags if flag not in SWEEP)
        return self._line(("-m", *others))

    def as_typed(self) -> str:
        """Return the command line, or one that means the same."""
        return self._line(self.flags)

    def _line(self, flags: Iterable[str]) -> str:
        tune = ("tune",) if self.is_tuning else ()
        command = () if self.command.name == DEFAULT else (self.command.name,)
        shown = [flag for flag in flags if not (self.is_tuning and flag in SWEEP)]
        return shlex.join(("cnnlab", *tune, *command, *shown, *self.overrides))

    def _value(self, names: Sequence[str]) -> str | None:
        for flag, following in zip(self.flags, (*self.flags[1:], "")):
            if flag in names:
                return following
        return None


def split_command(args: Sequence[str]) -> tuple[Command, list[str]]:
    """Return the command and the other words; the command is the first word, -m may stand before it.

    Raises:
        ConfigError: the first word is neither a command nor an override.
    """
    rest = list(args)
    place = next((i for i, word in enumerate(rest) if word not in SWEEP), None)
    if place is None or not rest[place][0:1].isalpha() or "=" in rest[place]:
        return BY_NAME[DEFAULT], rest
    name = rest.pop(place)
    if name in BY_NAME:
        return BY_NAME[name], rest
    if (line := instead(name, rest)) is not None:
        raise ConfigError(f"no command '{name}'. {line}")
    if is_place(name) or is_known(name) or any(is_option(group, name) for group in groups()):
        return BY_NAME[DEFAULT], list(args)
    said = unknown(name, BY_NAME).removeprefix("unknown ")
    raise ConfigError(f"no command {said.replace('Known:', 'Commands:')}")


def tuned_command(args: Sequence[str]) -> tuple[Command, list[str]]:
    """Return the command whose runs `cnnlab tune` searches for, and the words behind it."""
    words = list(args)
    return BY_NAME[words.pop(0) if words and words[0] in COMPOSED else DEFAULT], words


def split_flags(command: Command, args: Sequence[str], *, is_tuning: bool = False) -> Arguments:
    """Sort the words behind the command.

    Hydra 1.3 wants all overrides on one side of the flags, and its `--info` would swallow an override.

    Raises:
        ConfigError: a flag that Hydra does not have, one without its value, or a folder that is not there.
    """
    flags: list[str] = []
    overrides: list[str] = []
    words = list(args)
    while words:
        word = words.pop(0)
        name, is_joined, value = word.partition("=")
        if flags[-1:] == ["--info=all"] and word.isalpha():
            flags[-1] = f"--info={word}"
        elif not word.startswith("-"):
            overrides.append(word)
        elif name in WITH_VALUE:
            if not is_joined and not words:
                raise ConfigError(f"{name}: the value is missing.")
            value = value if is_joined else words.pop(0)
            flags += [name, str(given_path(name, value)) if name in _CONFIG_DIR else value]
        elif name in _INFO:
            flags.append(f"--info={value or 'all'}")
        elif word in WITHOUT_VALUE:
            flags.append(word)
        else:
            long = (flag[2:] for flag in (*_INFO, *WITH_VALUE, *WITHOUT_VALUE) if flag.startswith("--"))
            near = did_you_mean(name.lstrip("-"), long, "--")
            raise ConfigError(f"unknown flag '{word}'.{near} Flags are in: cnnlab {command.name} --help")
    arguments = Arguments(command, tuple(flags), tuple(overrides), is_tuning)
    if is_tuning and not (arguments.is_sweep or arguments.is_look or arguments.is_help):
        arguments = dataclasses.replace(arguments, flags=("-m", *flags))
    if arguments.config_dir is not None and not Path(arguments.config_dir).is_dir():
        raise ConfigError(f"--config-dir: no folder '{arguments.config_dir}'.")
    return arguments


def command_to_complete(line: str) -> tuple[str, str, list[str]]:
    """Read the line that a shell wants completed.

    Args:
        line: as typed so far, from the name of the program on.

    Returns:
        The command or "" while it is being typed, the line as if it were Hydra's alone, and the commands that fit.
    """
    line = without_grid_words(line)
    program, _, typed = line.lstrip().partition(" ")
    if typed.startswith(f"{TUNE} "):
        typed = typed.removeprefix(TUNE).lstrip() or " "
        line = f"{program} {typed}"
        if not typed.strip() or (" " not in typed and any(name.startswith(typed) for name in COMPOSED)):
            return DEFAULT, line, [name for name in COMPOSED if name.startswith(typed.strip())]
    words = typed.split()
    if not words or (len(words) == 1 and not typed.endswith(" ")):
        begun = words[0] if words else ""
        fitting = [name for name in BY_NAME if name.startswith(begun)]
        is_begun = bool(begun) and begun not in fitting  # of nothing, 60 keys would hide the commands
        return (DEFAULT if is_begun else ""), line, fitting
    if words[0] in COMPOSED:
        return words[0], f"{program} {typed.lstrip().removeprefix(words[0]).lstrip()}", []
    return ("" if words[0] in BY_NAME else DEFAULT), line, []
