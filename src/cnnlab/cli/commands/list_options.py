"""`cnnlab list [GROUP]`: every option with one line of explanation and what it sets, known without torch."""

from __future__ import annotations

import fnmatch
import textwrap
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from cnnlab.base.errors import ConfigError, did_you_mean, unknown
from cnnlab.base.paths import given_path
from cnnlab.base.stopping import Stop
from cnnlab.base.texts import names_fitting
from cnnlab.cli.own_arguments import Parser
from cnnlab.config.conf_files import GLOBAL, Option, conf_dir, read_options
from cnnlab.config.options import groups

WIDTH = 80
TIMM = "timm/"  # before the names of timm's networks
_REPORTS = (
    "Report A1 to E2: written-up course work whose claims are studied here again; docs/studies.md has the results."
)


def main(args: Sequence[str], stop: Stop) -> int:
    """Run the command; return its exit code."""
    known = (*groups(), *GLOBAL)
    parser = Parser(
        "list",
        description="Name the options of every group; of one group explain each, with the values that it sets.",
        epilog="examples: cnnlab list optimizer · cnnlab list backbone 'timm/resnet*'",
        example="",
    )
    parser.add_argument("group", nargs="?", help=f"{', '.join(known)}; none: a line for each")
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
    options = parser.read(args)
    folders = [conf_dir(), *_own_folder(options.config_dir)]
    stop.look()
    if options.group is None:
        print("\n".join(_overview({group: read_options(group, folders) for group in known})))
        return 0
    if options.group not in known:
        raise ConfigError(f"list: {_unknown_group(options.group, known, folders)}")
    wanted = read_options(options.group, folders)
    print(_page(options.group, wanted if options.pattern is None else _like(options.group, options.pattern, folders)))
    return 0


def _overview(options: Mapping[str, Sequence[Option]]) -> list[str]:
    """Return a line for each group, with as many names of its options as fit."""
    indent = max(map(len, options)) + 2
    lines = [
        f"{group:{indent}}{names_fitting([o.name for o in own], WIDTH - indent)}" for group, own in options.items()
    ]
    return [*lines, "", f"{'':{indent}}each with a line: cnnlab list optimizer"]


def _unknown_group(name: str, known: Sequence[str], folders: Sequence[Path]) -> str:
    """Say that a name is no group, and of which one it is an option."""
    having = [group for group in known if name in (option.name for option in read_options(group, folders))]
    if having:
        return f"'{name}' is an option of {' and '.join(having)}. See: cnnlab list {having[0]}"
    return unknown(name, known, noun="group")


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
    if any(". Report " in option.explanation for option in options):
        lines += ["", *textwrap.wrap(_REPORTS, WIDTH, break_on_hyphens=False)]
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
