"""The help of a command that Hydra composes: the text of its primary config, with the options that there are.

Hydra writes the same, but composes the configuration for it and copies that for every group: a second.
"""

from __future__ import annotations

import string
import textwrap
from collections.abc import Sequence
from pathlib import Path

from cnnlab.cli.arguments import Arguments
from cnnlab.config.conf_files import conf_dir, read_values

WIDTH = 80


def help_text(arguments: Arguments) -> str:
    """Return what `--help` shows, in lines of at most 80 columns.

    Raises:
        ConfigError: the primary config cannot be read.
    """
    own = [] if arguments.config_dir is None else [Path(arguments.config_dir)]
    template = read_values(conf_dir() / f"{arguments.command.config}.yaml")["hydra"]["help"]["template"]
    text = string.Template(template).substitute(APP_CONFIG_GROUPS="".join(_groups([conf_dir(), *own])))
    return "\n".join(_wrapped(line) for line in text.split("\n"))


def _groups(folders: Sequence[Path]) -> list[str]:
    """Return a line for each group: its options by name."""
    found: dict[str, set[str]] = {}
    for file in (file for folder in folders for file in folder.glob("*/*.yaml")):
        found.setdefault(file.parent.name, set()).add(file.stem)
    return [f"{group}: {', '.join(sorted(options))}\n" for group, options in sorted(found.items())]


def _wrapped(line: str) -> str:
    return "\n".join(textwrap.wrap(line, WIDTH, subsequent_indent="    ")) if len(line) > WIDTH else line
