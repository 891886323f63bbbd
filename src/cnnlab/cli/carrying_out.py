"""A command that Hydra composes, from its words to its exit code; what is wrong so far is said before it is loaded."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence

from cnnlab.base.printing import meanwhile, tell
from cnnlab.base.stopping import Stop
from cnnlab.cli.arguments import Arguments, split_flags
from cnnlab.cli.commands import Command
from cnnlab.cli.translation import translated


def carry_out(command: Command, args: Sequence[str], stop: Stop, *, is_tuning: bool = False) -> int:
    """Carry out a command, and return its exit code.

    Args:
        command: that Hydra composes.
        args: the words behind it.
        stop: asked before and between runs.
        is_tuning: whether its runs are searched for.

    Raises:
        ConfigError: with every problem of the command line.
        RunError: runs of a sweep failed.
    """
    arguments = understood(command, args, is_tuning=is_tuning)
    if arguments.is_help and not arguments.has_own_conf:
        from cnnlab.cli.help_text import help_text  # YAML takes a moment, and a run needs none of it

        print(help_text(arguments))
        return 0
    meanwhile("reading the configuration")
    from cnnlab.cli.composition import run  # takes a quarter of a second; what is wrong so far is said before

    return run(arguments, stop)


def understood(command: Command, args: Sequence[str], *, is_tuning: bool = False) -> Arguments:
    """Return the words of a command in ours, and say which were taken for others.

    Args:
        command: that Hydra composes.
        args: the words behind it.
        is_tuning: whether its runs are searched for.

    Raises:
        ConfigError: with every problem that the words have by themselves.
    """
    arguments = split_flags(command, args, is_tuning=is_tuning)
    meant = translated(arguments)
    for note in meant.notes:
        tell(note, file=sys.stderr if arguments.is_look else sys.stdout)  # what is looked at may go to a file
    return dataclasses.replace(arguments, overrides=meant.overrides)
