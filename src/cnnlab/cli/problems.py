"""Everything that is wrong with a command line, one line each, in the words of the user."""

from __future__ import annotations

import dataclasses
import difflib
import shlex
from collections.abc import Sequence
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser

from cnnlab.base.errors import ConfigError
from cnnlab.base.printing import meanwhile
from cnnlab.cli.arguments import Arguments
from cnnlab.cli.commands import BY_NAME, COMPOSED, DEFAULT
from cnnlab.cli.grid_words import is_grid_word
from cnnlab.cli.hydra_errors import explain, explained, is_of_composing, no_name
from cnnlab.cli.hydra_versions import initialize_options
from cnnlab.cli.swept import check_size, is_of_numbers, values
from cnnlab.cli.words import lists_of_options
from cnnlab.config.conf_files import EXPERIMENT, command_of_study, conf_dir
from cnnlab.config.load import load
from cnnlab.config.plugins import load_plugins
from cnnlab.sweeps.points import key_of
from cnnlab.sweeps.steering_keys import STEERING

_LOOKED_AT = 20  # values of a swept key; each takes a moment to compose


def study_of_another_command(arguments: Arguments) -> list[str]:
    """Return a problem for a study whose file says that it belongs to another command."""
    name = next((text.partition("=")[2] for text in arguments.overrides if key_of(text) == EXPERIMENT), None)
    typed = None if name is None or arguments.has_own_conf else command_of_study(name, _folders(arguments.config_dir))
    if typed is None:
        return []
    command = typed if typed in COMPOSED else DEFAULT
    if command == arguments.command.name:
        return []
    right = dataclasses.replace(arguments, command=BY_NAME[command])
    line = right.as_typed() if arguments.is_look else right.as_sweep()
    return [f"{EXPERIMENT}={name}: is a study of cnnlab {command}. Type: {line}"]


def all_problems(arguments: Arguments, error: Exception) -> list[str]:
    """Return what is wrong with a command line on which Hydra gave up at the first problem.

    Args:
        arguments: the command line.
        error: what stopped it: a ConfigError, or one that `is_of_composing`.
    """
    found = list(error.problems) if isinstance(error, ConfigError) else []
    if not arguments.has_own_conf:
        found += _problems_of_overrides(arguments)
    return list(dict.fromkeys(found)) or [explain(error)]


def _problems_of_overrides(arguments: Arguments) -> list[str]:
    """Add the overrides one by one, groups first; those that compose stay, and what they make is checked."""
    found: dict[str, list[str]] = {text: [] for text in arguments.overrides if not is_grid_word(text)}
    kept = [] if arguments.config_dir is None else [f"hydra.searchpath=[file://{Path(arguments.config_dir).resolve()}]"]
    with initialize_config_dir(str(conf_dir()), job_name=arguments.command.name, **initialize_options()):
        undecided = set()  # groups without a valid choice: nothing can be said of their keys
        for text in sorted(found, key=lambda text: not _is_group(text, arguments.config_dir)):
            if lists_of_options([text]):  # told already
                undecided.add(key_of(text))
            if key_of(text).partition(".")[0] in undecided:
                continue
            typed, problem = _values(text, arguments)
            problems = [_problem(arguments.config_name, [*kept, value]) for value in typed]
            found[text] = [line for line in (problem, *problems) if line is not None]
            fitting = [value for value, problem in zip(typed, problems) if problem is None]
            choice = fitting[:1] or _stand_in(text, arguments.config_dir)
            kept += choice
            if not choice:
                undecided.add(key_of(text))
        of_words = [line for lines in found.values() for line in lines]
        return [*of_words, *_problems_of_values(arguments, kept, is_first=not of_words)]


def _problem(config_name: str, overrides: list[str]) -> str | None:
    """Return what the last override adds to those that compose, None if it composes too."""
    try:
        compose(config_name, overrides)
    except Exception as error:
        if isinstance(error, ValueError | TypeError):  # Hydra's answer to optimizer=null and optimizer=[0.5]
            return no_name(overrides[-1])
        if not is_of_composing(error):
            raise
        return explain(error)
    return None


def _is_group(text: str, config_dir: str | None) -> bool:
    return key_of(text).startswith("hydra/") or bool(_options(key_of(text), config_dir))


def _stand_in(text: str, config_dir: str | None) -> list[str]:
    """Return the choice that was probably meant, so that the group's keys can be checked too."""
    group, _, name = text.partition("=")
    nearest = difflib.get_close_matches(name, _options(group, config_dir), n=1, cutoff=0.5)
    return [f"{group}={nearest[0]}"] if nearest else []


def _options(group: str, config_dir: str | None) -> list[str]:
    folders = (place for folder in _folders(config_dir) for place in folder.iterdir() if place.name == group)
    return [path.stem for folder in folders for path in folder.glob("*.yaml")]


def _folders(config_dir: str | None) -> list[Path]:
    return [conf_dir(), *([Path(config_dir)] if config_dir is not None else [])]


def _values(text: str, arguments: Arguments) -> tuple[list[str], str | None]:
    """Return the overrides, without sweeps, that `text` stands for, and what is wrong with its form.

    Of a long sweep the first ones are looked at: each takes a moment.
    """
    try:
        with explained():
            loader = GlobalHydra.instance().config_loader()  # expands glob(*)
            override = OverridesParser.create(config_loader=loader).parse_overrides([text])[0]
        if not override.is_sweep_override():
            return [text], None
        check_size([override])
        one_does = is_of_numbers(override) and not _is_group(text, arguments.config_dir)
        most = 1 if one_does else _LOOKED_AT  # what composes with one number does with all
        typed = [f"{override.get_key_element()}={value}" for value in values(override, most=most)]
    except ConfigError as error:
        return [], str(error)
    return typed, None if arguments.is_sweep else _several(text, arguments)


def _several(text: str, arguments: Arguments) -> str:
    key, _, value = text.partition("=")
    return (
        f"{key}: got several values, {value}. "
        f"A sweep needs -m: {arguments.as_sweep()} (a list needs brackets: {shlex.quote(f'{key}=[{value}]')})"
    )


def _problems_of_values(arguments: Arguments, overrides: list[str], *, is_first: bool) -> Sequence[str]:
    """Check names, types and ranges of what composes, and the rules between them; ask the parts if all else is right.

    Args:
        arguments: the command line.
        overrides: those that compose.
        is_first: whether nothing was found wrong yet.
    """
    from cnnlab.cli.composed import plain_values
    from cnnlab.cli.consent import check_plugins

    try:
        with explained():
            plain = plain_values(compose(arguments.config_name, overrides))
        if arguments.is_sweep:
            for key in ("arm", *STEERING):  # for the sweeper, which has looked at them
                plain.pop(key, None)
        check_plugins(plain, arguments.overrides)
        load_plugins(plain.get("plugins") or ())
        config = load(plain)
        if is_first:
            meanwhile("loading torch")
            from cnnlab.config.part_rules import check_parts  # loads torch

            check_parts(config)
    except ConfigError as error:
        return error.problems
    return []
