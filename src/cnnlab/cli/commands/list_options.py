"""`cnnlab list [GROUP]`: every option with one line of explanation and what it sets, known without torch."""

from __future__ import annotations

import argparse
import fnmatch
import textwrap
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from cnnlab.base.errors import ConfigError, did_you_mean, unknown
from cnnlab.base.paths import given_path
from cnnlab.base.stopping import Stop
from cnnlab.cli.meanings import is_option
from cnnlab.config.conf_files import GLOBAL, Option, conf_dir, read_options
from cnnlab.config.options import groups

WIDTH = 80
TIMM = "timm/"  # before the names of timm's networks


def main(args: Sequence[str], stop: Stop) -> int:
    """Run the command; return its exit code."""
    known = (*groups(), *GLOBAL)
    parser = argparse.ArgumentParser(
        prog="cnnlab list",
        description="Explain every option of every group in one line, with the values that it sets.",
        epilog="examples: cnnlab list optimizer · cnnlab list backbone 'timm/resnet*'",
    )
    parser.add_argument("group", nargs="?", help=f"{', '.join(known)}; none for all")
    parser.add_argument(
        "pattern", nargs="?", help="of the options that are wanted, such as 'resnet*'; timm's: 'timm/resnet*'"
    )
    parser.add_argument(
        "--config-dir",
        "-cd",
        type=partial(given_path, "--config-dir"),
        metavar="DIR",
        help="folder with options of your own",
    )
    options = parser.parse_args(args)
    folders = [conf_dir(), *_own_folder(options.config_dir)]
    if options.group is not None and options.group not in known:
        having = [group for group in known if is_option(group, options.group)]
        if having:
            named = " or ".join(f"cnnlab list {group}" for group in having)
            raise ConfigError(f"list: '{options.group}' is an option. Type: {named}")
        raise ConfigError(f"list: {unknown(options.group, known, noun='group')}")
    stop.look()
    if options.pattern is not None:
        print(_page(options.group, _like(options.group, options.pattern, folders)))
        return 0
    wanted = known if options.group is None else (options.group,)
    print("\n\n".join(_page(group, read_options(group, folders)) for group in wanted))
    return 0


def _like(group: str, pattern: str, folders: Sequence[Path]) -> list[Option]:
    """Return the options of a group whose name fits a pattern; `timm/...` among the backbones asks timm.

    Raises:
        ConfigError: there is none.
    """
    options = read_options(group, folders)
    if group == "backbone" and pattern.startswith(TIMM):
        from cnnlab.networks.transfer.timm_networks import names

        options = [Option(f"{TIMM}{name}", "", {}) for name in names()]
    found = [option for option in options if fnmatch.fnmatchcase(option.name, pattern)]
    if not found:
        near = did_you_mean(pattern, [option.name for option in options])
        raise ConfigError(f"list: no {group} fits '{pattern}'.{near} All of them: cnnlab list {group}")
    return found


def _own_folder(path: Path | None) -> list[Path]:
    if path is not None and not path.is_dir():
        raise ConfigError(f"--config-dir: no folder '{path}'.")
    return [] if path is None else [path]


def _page(group: str, options: Sequence[Option]) -> str:
    width = max((len(option.name) for option in options), default=0) + 2
    lines = [group]
    for option in options:
        values = " ".join(f"{key}={_brief(value)}" for key, value in option.values.items() if value is not None)
        for number, line in enumerate([*_wrap(option.explanation, width), *_wrap(values, width)] or [""]):
            lines.append(f"  {option.name if number == 0 else '':{width}}{line}".rstrip())
    return "\n".join(lines)


def _wrap(text: str, indent: int) -> list[str]:
    return textwrap.wrap(text, WIDTH - indent - 2, break_long_words=False, break_on_hyphens=False)


def _brief(value: object) -> str:
    if isinstance(value, list):
        return f"[{','.join(map(_brief, value))}]"
    if isinstance(value, dict):  # a step of a chain
        return str(value.get("name"))
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
