"""Errors of Hydra, OmegaConf and YAML, in one line of the user's words."""

from __future__ import annotations

import contextlib
import re
import shlex
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

import hydra
import omegaconf
import yaml
from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from omegaconf import DictConfig
from omegaconf.errors import ConfigAttributeError, ConfigKeyError, MissingMandatoryValue, OmegaConfBaseException

from cnnlab.base.errors import LONGEST, ConfigError, brief, did_you_mean, unknown
from cnnlab.cli.commands import COMPOSED
from cnnlab.cli.quoting import as_text
from cnnlab.config.conf_files import GLOBAL, conf_dir
from cnnlab.config.options import groups

_MANY = 35  # options of a group; a message names no more
_ERRORS = (HydraException, OmegaConfBaseException, yaml.YAMLError)
_PACKAGES = tuple(str(Path(str(module.__file__)).parent) for module in (hydra, omegaconf, yaml))
_OWN = str(Path(__file__).parents[1])


def is_of_composing(error: BaseException) -> bool:
    """Tell whether wrong input made Hydra give up: by an error of its own, or by any other that it ran into."""
    if isinstance(error, _ERRORS):
        return True
    places = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    last = next((place for place in reversed(places) if place.startswith((_OWN, *_PACKAGES))), "")
    return isinstance(error, Exception) and last.startswith(_PACKAGES)


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """Turn what Hydra raises over wrong input into one line of the user's words.

    Raises:
        ConfigError: in place of it.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, ConfigError) or not is_of_composing(error):
            raise
        raise ConfigError(explain(error)) from error


def no_name(override: str) -> str:
    """Say that an override is no name where one is due."""
    group, _, given = override.partition("=")
    see = f" See: cnnlab list {group}" if group in (*groups(), *GLOBAL) else ""
    return f"{brief(group, str)}: takes the name of an option, got {brief(given, str)}.{see}"


def explain(error: BaseException) -> str:
    """Return one line about an error of Hydra, OmegaConf or a YAML file."""
    for cause in _causes(error):
        if isinstance(cause, MissingConfigException) and cause.missing_cfg_file:
            return _missing_option(cause.missing_cfg_file, cause.options or ())
        if isinstance(cause, OverrideParseException):
            return _unreadable(cause.override)
        if isinstance(cause, ConfigKeyError | ConfigAttributeError) and cause.full_key:
            return _unknown_key(cause)
        if isinstance(cause, MissingMandatoryValue):
            return f"{cause.full_key}: missing. Give it: {cause.full_key}=..."
        if isinstance(cause, OmegaConfBaseException) and cause.full_key:
            return f"{cause.full_key}: {_first_line(cause)}"
        if isinstance(cause, yaml.MarkedYAMLError):
            return f"{_place(cause)}: cannot be read as YAML, {cause.problem}."
    text = str(error)
    if match := _NO_SUCH_GROUP.search(text):
        return _no_such_group(match[1])
    for pattern, answer in _KNOWN_TEXTS:
        if match := re.search(pattern, text):
            return answer.format(*match.groups())
    return _first_line(error)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _missing_option(file: str, options: Sequence[str]) -> str:
    group, _, name = file.rpartition("/")
    if not group:
        return f"--config-name: unknown '{name}'."
    if not options:
        return f"{group}: no such group."
    if len(options) > _MANY:
        return f"{group}: unknown '{brief(name, str)}'.{did_you_mean(name, options)} All of them: cnnlab list {group}"
    place = f" There is no folder '{brief(name, str)}' either." if group == "dataset" else ""
    return f"{group}: {unknown(name, options)}{place}"


_OPENING = tuple("[{\"'")


def _unreadable(override: str) -> str:
    key, equals, value = override.partition("=")
    if not equals:
        return f"{brief(override, str)}: the value is missing. Write {brief(override, str)}=<value>."
    if value[:1] in _OPENING:
        return f"{brief(key, str)}: cannot read {brief(value, str)}. Look at its brackets and quotes."
    if len(value) > LONGEST:
        return f"{brief(key, str)}: cannot read {brief(value, str)}."
    return f"{key}: cannot read {value}. Quote it: {shlex.quote(f'{key}={as_text(value)}')}"


def _unknown_key(error: OmegaConfBaseException) -> str:
    parent, _, key = str(error.full_key).rpartition(".")
    node = error.parent_node if isinstance(error.parent_node, DictConfig) else {}
    known = [str(name) for name in node if name not in ("hydra", "name", "_target_")]
    where = f"{parent}." if parent else ""
    if not known:
        return f"{error.full_key}: unknown key; {parent or 'it'} takes none."
    if error.full_key in groups():
        return f"{key}: none is chosen, so there is nothing to set. Choose one first, {key}=<name>: cnnlab list {key}"
    near = did_you_mean(key, known, where)
    takes = f" {parent} takes: {', '.join(sorted(known))}." if parent else " All keys: cnnlab train --cfg job"
    return f"{error.full_key}: unknown key.{near or takes}"


def _first_line(error: BaseException) -> str:
    return brief(next(iter(str(error).strip().splitlines()), type(error).__name__), str)


def _place(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark
    return "a configuration file" if mark is None else f"{mark.name}, line {mark.line + 1}"


_NO_SUCH_GROUP = re.compile(r"Could not override '([^']+)'\. No match in the defaults list")


def _no_such_group(group: str) -> str:
    """Say which command has a group that this one lacks."""
    for command in COMPOSED:
        defaults = yaml.safe_load((conf_dir() / f"{command}.yaml").read_text(encoding="utf-8"))["defaults"]
        if any(isinstance(entry, dict) and group in entry for entry in defaults):
            return f"{group}: this command has no such group, cnnlab {command} has."
    return f"{group}: this command has no such group."


_THERE_ALREADY = "{0}: is there already. Write {0}=..., without '+'."
_KNOWN_TEXTS = (
    (r"Multiple values for (\S+)\.", _THERE_ALREADY),
    (r"An item is already at '([^']+)'", _THERE_ALREADY),
    (r"(\S+) appears more than once in the final defaults list", _THERE_ALREADY),
    (r"force-add of config groups is not supported: '\++([^=]+)=", _THERE_ALREADY),
    (r"Could not delete '([^']+)'", "{0}: cannot be taken out, it is not there."),
    (r"Could not delete from config\. '([^']+)'", "{0}: cannot be taken out, it is not there."),
)
"""Texts of Hydra whose exceptions carry no more than the text, and what is said instead."""
