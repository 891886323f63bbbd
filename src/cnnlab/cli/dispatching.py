"""From the words of a command line to the command that they name, or to the shell that completes them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from cnnlab.base.errors import ConfigError
from cnnlab.base.printing import meanwhile
from cnnlab.base.stopping import Stop
from cnnlab.cli.arguments import command_to_complete, split_command, split_flags
from cnnlab.cli.carrying_out import carry_out
from cnnlab.cli.commands import BY_NAME, COMPOSED, OUTPUTS, TUNE, Command
from cnnlab.cli.spelling import misspelled


def dispatch(args: list[str], stop: Stop) -> int:
    """Carry out the command that the words name, and return its exit code.

    Raises:
        ConfigError: with every problem of the words.
        RunError: a run failed.
    """
    with in_place(args):
        if "query=" in " ".join(args) and {"-sc", "--shell-completion"} & set(args):
            return _complete(args, stop)
        command, rest = named_command(args)
        if command.config is not None:
            return carry_out(command, rest, stop)
        own = [word for word in rest if command.name == TUNE or not word.startswith(OUTPUTS)]
        code = command.load()(own, stop)
        assert isinstance(code, int)
        return code


def named_command(args: Sequence[str]) -> tuple[Command, list[str]]:
    """Return the command that the words name, and the words behind it.

    Raises:
        ConfigError: with every problem of the words by themselves, or there is no folder to work in.
    """
    if problems := misspelled(args):
        raise ConfigError(*problems)
    command, rest = split_command(args)
    meanwhile(f"starting cnnlab {command.name}")
    _check_working_folder()
    return command, rest


@contextmanager
def in_place(args: Sequence[str]) -> Iterator[None]:
    """Let all that the command does, and its processes, find runs and studies where `outputs=` says.

    Raises:
        ConfigError: it names no folder.
    """
    wanted = [word.removeprefix(OUTPUTS).strip("'\"") for word in args if word.startswith(OUTPUTS)]
    if not wanted or wanted[-1] == "null":
        yield
        return
    from cnnlab.base.paths import given_path
    from cnnlab.outputs.files import OUTPUTS_VARIABLE

    before = os.environ.get(OUTPUTS_VARIABLE)
    os.environ[OUTPUTS_VARIABLE] = str(given_path("outputs", wanted[-1]))
    try:
        yield
    finally:
        os.environ.pop(OUTPUTS_VARIABLE, None)
        os.environ |= {} if before is None else {OUTPUTS_VARIABLE: before}


def _check_working_folder() -> None:
    """Ask for a folder to work in.

    Raises:
        ConfigError: it was deleted, or may not be read.
    """
    try:
        os.getcwd()  # noqa: PTH109 - pathlib takes time to import, and a word of help needs none
    except OSError as error:
        raise ConfigError(f"the working folder is gone ({error.strerror}). cd to one that is there.") from error


def _complete(args: Sequence[str], stop: Stop) -> int:
    """Answer the shell: the commands for the first word, what Hydra knows behind `train`, runs and studies."""
    from cnnlab.cli.completion import OFFERS, completions

    line = os.environ.get("COMP_LINE", "")
    command, rest, words = command_to_complete(line)
    if not words and not command and line.split()[1] in OFFERS:
        words = completions(line)
    if words:
        print(*words)
    if command not in COMPOSED:
        return 0
    os.environ["COMP_LINE"] = rest
    from cnnlab.cli.composition import run

    return run(split_flags(BY_NAME[command], args), stop)
