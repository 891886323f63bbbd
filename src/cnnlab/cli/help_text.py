"""The help of a command that Hydra composes, on one screen: of every group that takes part as many options as fit.

Hydra names all options of all groups, and composes the configuration for it: a second.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cnnlab.base.texts import names_fitting
from cnnlab.cli.arguments import Arguments
from cnnlab.cli.commands import Command
from cnnlab.config.conf_files import conf_dir, read_values

WIDTH = 80


def help_text(arguments: Arguments) -> str:
    """Return what `--help` shows, in lines of at most 80 columns.

    Raises:
        ConfigError: the primary config cannot be read.
    """
    own = [] if arguments.config_dir is None else [Path(arguments.config_dir)]
    template = _primary(arguments.command)["hydra"]["help"]["template"]
    groups = group_lines(_options([conf_dir(), *own]), chosen_by_default(arguments.command), also=_options(own))
    return string.Template(template).substitute(APP_CONFIG_GROUPS="".join(f"{line}\n" for line in groups)).rstrip()


def chosen_by_default(command: Command) -> dict[str, str | None]:
    """Return the groups that take part in a command, and the option of each that stands where none is typed."""
    entries = [entry for entry in _primary(command)["defaults"] if isinstance(entry, dict)]
    return {group: name for entry in entries for group, name in entry.items() if not group.startswith("override ")}


def group_lines(
    options: Mapping[str, Sequence[str]], defaults: Mapping[str, str | None], *, also: Mapping[str, Sequence[str]] = {}
) -> Iterator[str]:
    """Yield a line for each group: the default first, then as many others as fit.

    Args:
        options: of every group there is.
        defaults: of the groups that take part, in their order.
        also: groups of the user's own, which are named too.
    """
    shown = {**defaults, **{group: None for group in also if group not in defaults}}
    indent = max(map(len, shown)) + 2
    for group, default in shown.items():
        names = [name for name in (default,) if name is not None]
        names += [name for name in options.get(group, ()) if name != default]
        yield f"{group + ':':{indent}}{names_fitting(names, WIDTH - indent)}"


def _primary(command: Command) -> dict[str, Any]:
    return read_values(conf_dir() / f"{command.config}.yaml")


def _options(folders: Sequence[Path]) -> dict[str, list[str]]:
    """Return the options of each group, by name."""
    found: dict[str, set[str]] = {}
    for file in (file for folder in folders for file in folder.glob("*/*.yaml")):
        found.setdefault(file.parent.name, set()).add(file.stem)
    return {group: sorted(names) for group, names in sorted(found.items())}
