"""The help of a command that Hydra composes, on one screen: of every group that takes part as many options as fit."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator, Mapping

from cnnlab.base.texts import names_fitting
from cnnlab.cli.commands import Command
from cnnlab.config.conf_files import conf_dir, read_values

WIDTH = 80
_GROUP = re.compile(r"(\w+): (.+)")


@contextlib.contextmanager
def on_one_screen(command: Command) -> Iterator[None]:
    """Shorten the help that is printed: Hydra names all options of all groups."""
    text = io.StringIO()
    try:
        with contextlib.redirect_stdout(text):
            yield
    finally:
        print("\n".join(shortened(text.getvalue(), chosen_by_default(command))))


def chosen_by_default(command: Command) -> dict[str, str | None]:
    """Return the groups that take part in a command, and the option of each that stands where none is typed."""
    defaults = read_values(conf_dir() / f"{command.config}.yaml")["defaults"]
    entries = [entry for entry in defaults if isinstance(entry, dict)]
    return {group: name for entry in entries for group, name in entry.items() if not group.startswith("override ")}


def shortened(text: str, groups: Mapping[str, str | None]) -> list[str]:
    """Return the lines of a help text: groups in the order of the command, each on a line, the default first.

    Args:
        text: as Hydra fills the template in: a line `group: option, option, ...` for every group there is.
        groups: that take part, with their defaults.
    """
    lines = text.rstrip().splitlines()
    found = {match[1]: match[2].split(", ") for line in lines if (match := _GROUP.fullmatch(line))}
    first = next((place for place, line in enumerate(lines) if _GROUP.fullmatch(line)), len(lines))
    rest = [line for line in lines[first:] if not _GROUP.fullmatch(line)]
    indent = max(map(len, groups)) + 2
    told = [f"{g + ':':{indent}}{_options(found[g], default, WIDTH - indent)}" for g, default in groups.items()]
    return [*lines[:first], *told, *rest]


def _options(names: list[str], default: str | None, room: int) -> str:
    ordered = names if default is None else [default, *(name for name in names if name != default)]
    return names_fitting(ordered, room)
