"""A composed configuration, checked: plain dict in, frozen RunConfig out, or one ConfigError with every problem."""

from __future__ import annotations

import dataclasses
import functools
import typing
from collections.abc import Mapping
from typing import Any

from cnnlab.base.errors import ConfigError, brief, did_you_mean, unknown
from cnnlab.base.schema import Invalid, Plain, PlainMapping, check_options, coerce
from cnnlab.config.groups import TRAIN, is_transfer, resolve_transfer
from cnnlab.config.rules import RULES
from cnnlab.config.run_config import Choice, DatasetConfig, RunConfig
from cnnlab.config.tables import TABLES

_COMMON = {f.name for f in dataclasses.fields(DatasetConfig)} - {"name", "options"}


def load(plain: PlainMapping) -> RunConfig:
    """Check a composed configuration: names, types, ranges, rules between fields.

    Args:
        plain: as composed or as read from a run's config.yaml; plain values only.

    Raises:
        ConfigError: with every problem, one a line.
    """
    problems: list[str] = []
    groups: tuple[str, ...] = TRAIN
    if is_transfer(plain):
        plain, groups, problems = resolve_transfer(plain)
    values = _scalars(plain, problems)
    for group in groups:
        values[group] = _choice(group, plain.get(group), problems)
    values["dataset"] = _dataset(plain.get("dataset"), problems)
    if problems:
        raise ConfigError(*problems)
    config = RunConfig(**values)
    if problems := [problem for rule in RULES if (problem := rule(config)) is not None]:
        raise ConfigError(*problems)
    return config


def _scalars(plain: PlainMapping, problems: list[str]) -> Plain:
    annotations = _annotations(RunConfig)
    problems.extend(
        f"{key}: unknown key.{did_you_mean(str(key), annotations)} Known: {', '.join(sorted(annotations))}."
        for key in plain
        if key not in annotations
    )
    return _coerced("", {k: v for k, v in annotations.items() if k not in TABLES}, plain, problems)


@functools.cache
def _annotations(fields: type) -> Mapping[str, Any]:
    """Return what the fields of a dataclass may be; to evaluate that takes longer than all of a check."""
    return typing.get_type_hints(fields, include_extras=True)


def _coerced(prefix: str, annotations: Mapping[str, Any], plain: PlainMapping, problems: list[str]) -> Plain:
    values = {}
    for key in [key for key in annotations if key in plain]:
        try:
            values[key] = coerce(plain[key], annotations[key])
        except Invalid as error:
            problems.append(f"{prefix}{key}: {error}.")
    return values


def _choice(group: str, plain: Any, problems: list[str]) -> Choice | None:
    name = _known_name(group, plain, problems)
    if name is None:
        return None
    given = {str(key): value for key, value in plain.items() if key != "name"}
    options, found = check_options(group, name, TABLES[group][name], given)
    problems.extend(found)
    return Choice(name, options)


def _known_name(group: str, plain: Any, problems: list[str]) -> str | None:
    if not isinstance(plain, Mapping) or "name" not in plain:
        problems.append(f"{group}: must be one of {', '.join(sorted(TABLES[group]))}, got {brief(plain, str)}.")
        return None
    name = brief(plain["name"], str)
    if name not in TABLES[group]:
        problems.append(f"{group}.name: {unknown(name, TABLES[group])}")
        return None
    return name


def _dataset(plain: Any, problems: list[str]) -> DatasetConfig | None:
    name = _known_name("dataset", plain, problems)
    if name is None:
        return None
    annotations = {k: v for k, v in _annotations(DatasetConfig).items() if k in _COMMON}
    common = _coerced("dataset.", annotations, plain, problems)
    given = {str(key): value for key, value in plain.items() if key not in _COMMON and key != "name"}
    options, found = check_options("dataset", name, TABLES["dataset"][name], given)
    problems.extend(found)
    return DatasetConfig(name, **common, options=options)
