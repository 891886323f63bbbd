"""Everything that is wrong with a command line, one line each, in the words of the user."""

from __future__ import annotations

import dataclasses
import difflib
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from cnnlab.base.errors import ConfigError
from cnnlab.base.texts import printable
from cnnlab.cli.arguments import Arguments
from cnnlab.cli.commands import BY_NAME, COMPOSED, DEFAULT
from cnnlab.cli.hydra_errors import COMPOSITION_ERRORS, explain
from cnnlab.cli.hydra_versions import initialize_options
from cnnlab.config.conf_files import EXPERIMENT, command_of_study, conf_dir


def repeated(overrides: Iterable[str]) -> list[str]:
    """Return a problem for every key that is given more than once; Hydra would take the last one in silence."""
    values: dict[str, list[str]] = {}
    for text in overrides:
        values.setdefault(_key(text), []).append(text.partition("=")[2])
    return [
        f"{key}: given {len(given)} times: {', '.join(given)}. Give it once; for a sweep: "
        + shlex.join(["-m", f"{key}={','.join(given)}"])
        for key, given in values.items()
        if len(given) > 1
    ]


def folders_of_hydra(overrides: Iterable[str]) -> list[str]:
    """Return a problem for every key that would let Hydra choose a folder or write into one."""
    return [
        f"{_key(text)}: cnnlab names and fills the folders of runs itself, in outputs/. Leave it out; "
        "to work elsewhere, cd there."
        for text in overrides
        if _key(text).startswith(("hydra.run.", "hydra.sweep.", "hydra.job.chdir", "hydra.output_subdir"))
    ]


def words_that_cannot_be_saved(arguments: Arguments) -> list[str]:
    """Return a problem for every word that is no UTF-8, as names from old archives are: runs keep what was typed."""
    return [
        f"{printable(word)}: is no UTF-8, and what is typed is saved with the run. Rename the file or folder."
        for word in (*arguments.flags, *arguments.overrides)
        if printable(word) != word
    ]


def study_of_another_command(arguments: Arguments) -> list[str]:
    """Return a problem for a study whose file says that it belongs to another command."""
    name = next((text.partition("=")[2] for text in arguments.overrides if _key(text) == EXPERIMENT), None)
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
        error: what stopped it, of COMPOSITION_ERRORS or a ConfigError.
    """
    found = list(error.problems) if isinstance(error, ConfigError) else []
    if not arguments.has_own_conf:
        found += _problems_of_overrides(arguments)
    return list(dict.fromkeys(found)) or [explain(error)]


def _problems_of_overrides(arguments: Arguments) -> list[str]:
    """Add the overrides one by one, groups first; those that compose stay, and what they make is checked."""
    found: dict[str, list[str]] = {text: [] for text in arguments.overrides}
    kept = [] if arguments.config_dir is None else [f"hydra.searchpath=[file://{Path(arguments.config_dir).resolve()}]"]
    with initialize_config_dir(str(conf_dir()), job_name=arguments.command.name, **initialize_options()):
        undecided = set()  # groups without a valid choice: nothing can be said of their keys
        for text in sorted(found, key=lambda text: not _is_group(text, arguments.config_dir)):
            if _key(text).partition(".")[0] in undecided:
                continue
            values, problem = _values(text, arguments)
            problems = [_problem(arguments.config_name, [*kept, value]) for value in values]
            found[text] = [line for line in (problem, *problems) if line is not None]
            fitting = [value for value, problem in zip(values, problems) if problem is None]
            choice = fitting[:1] or _stand_in(text, arguments.config_dir)
            kept += choice
            if not choice:
                undecided.add(_key(text))
        return [*(line for lines in found.values() for line in lines), *_problems_of_values(arguments, kept)]


def _problem(config_name: str, overrides: list[str]) -> str | None:
    """Return what the last override adds to those that compose, None if it composes too."""
    try:
        compose(config_name, overrides)
    except COMPOSITION_ERRORS as error:
        return explain(error)
    except ValueError:  # Hydra's answer to optimizer=null
        group, _, given = overrides[-1].partition("=")
        return f"{group}: takes the name of an option, got {given}. See: cnnlab list {group}"
    return None


def _is_group(text: str, config_dir: str | None) -> bool:
    return _key(text).startswith("hydra/") or bool(_options(_key(text), config_dir))


def _stand_in(text: str, config_dir: str | None) -> list[str]:
    """Return the choice that was probably meant, so that the group's keys can be checked too."""
    group, _, name = text.partition("=")
    nearest = difflib.get_close_matches(name, _options(group, config_dir), n=1, cutoff=0.5)
    return [f"{group}={nearest[0]}"] if nearest else []


def _options(group: str, config_dir: str | None) -> list[str]:
    return [path.stem for folder in _folders(config_dir) for path in (folder / group).glob("*.yaml")]


def _folders(config_dir: str | None) -> list[Path]:
    return [conf_dir(), *([Path(config_dir)] if config_dir is not None else [])]


def _key(text: str) -> str:
    return text.partition("=")[0].lstrip("+~")


def _values(text: str, arguments: Arguments) -> tuple[list[str], str | None]:
    """Return the overrides, without sweeps, that `text` stands for, and what is wrong with its form."""
    try:
        loader = GlobalHydra.instance().config_loader()  # expands glob(*)
        override = OverridesParser.create(config_loader=loader).parse_overrides([text])[0]
    except HydraException as error:
        return [], explain(error)
    if not override.is_sweep_override():
        return [text], None
    if not override.is_discrete_sweep():
        return [], not_discrete(override)
    key = override.get_key_element()
    values = [f"{key}={value}" for value in override.sweep_string_iterator()]
    return values, None if arguments.is_sweep else _several(text, arguments)


def not_discrete(override: Override) -> str:
    """Say that a sweep goes over single values."""
    values = str(override.input_line).partition("=")[2]
    return f"{override.key_or_group}: a sweep takes single values, got {values}. List them: a,b,c."


def _several(text: str, arguments: Arguments) -> str:
    key, _, value = text.partition("=")
    return (
        f"{key}: got several values, {value}. "
        f"A sweep needs -m: {arguments.as_sweep()} (a list needs brackets: {shlex.quote(f'{key}=[{value}]')})"
    )


def _problems_of_values(arguments: Arguments, overrides: list[str]) -> Sequence[str]:
    """Check names, types and ranges of what composes."""
    from cnnlab.cli.composed import plain_values
    from cnnlab.cli.consent import check_plugins
    from cnnlab.config.load import load  # imports torch
    from cnnlab.config.plugins import load_plugins

    try:
        plain = plain_values(compose(arguments.config_name, overrides))
        if arguments.is_sweep:
            plain.pop("arm", None)  # for the sweeper, which has looked at it
        check_plugins(plain, arguments.overrides)
        load_plugins(plain.get("plugins") or ())
        load(plain)
    except ConfigError as error:
        return error.problems
    except COMPOSITION_ERRORS as error:
        return [explain(error)]
    return []
