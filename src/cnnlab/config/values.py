"""What is said of each value by itself: is its name known, has it the type, is it within bounds. Imports no torch."""

from __future__ import annotations

import dataclasses
import functools
import typing
from collections.abc import Callable, Mapping
from typing import Any

from cnnlab.base.errors import brief, did_you_mean, unknown
from cnnlab.base.schema import Invalid, Plain, PlainMapping, check_options, coerce
from cnnlab.config.groups import TRAIN, IsTrained, is_transfer, resolve_transfer
from cnnlab.config.run_config import Choice, DatasetConfig, RunConfig

_COMMON = {f.name for f in dataclasses.fields(DatasetConfig)} - {"name", "options"}
Factories = Mapping[str, Callable[..., object]]
Tables = Mapping[str, Factories]


def check_values(plain: PlainMapping, tables: Tables, is_trained: IsTrained) -> tuple[Plain, list[str]]:
    """Return the fields of a RunConfig, as far as they are right, and a problem for each that is not.

    Args:
        plain: as of `load`.
        tables: group -> name -> factory, whose signature says what it takes.
        is_trained: whether a head is trained in steps; None where it is not known.
    """
    groups: tuple[str, ...] = TRAIN
    problems: list[str] = []
    if is_transfer(plain):
        plain, groups, problems = resolve_transfer(plain, is_trained)
    values, found = _scalars(plain, tables)
    problems = [*problems, *found]
    for group in groups:
        values[group], found = _choice(group, plain.get(group), tables[group])
        problems += found
    values["dataset"], found = _dataset(plain.get("dataset"), tables["dataset"])
    return values, [*problems, *found]


def _scalars(plain: PlainMapping, tables: Tables) -> tuple[Plain, list[str]]:
    annotations = _annotations(RunConfig)
    unknown_keys = [
        f"{key}: unknown key.{did_you_mean(str(key), annotations)} Known: {', '.join(sorted(annotations))}."
        for key in plain
        if key not in annotations
    ]
    values, problems = _coerced("", {k: v for k, v in annotations.items() if k not in tables}, plain)
    return values, [*unknown_keys, *problems]


@functools.cache
def _annotations(fields: type) -> Mapping[str, Any]:
    """Return what the fields of a dataclass may be; to evaluate that takes longer than all of a check."""
    return typing.get_type_hints(fields, include_extras=True)


def _coerced(prefix: str, annotations: Mapping[str, Any], plain: PlainMapping) -> tuple[Plain, list[str]]:
    values, problems = {}, []
    for key in [key for key in annotations if key in plain]:
        try:
            values[key] = coerce(plain[key], annotations[key])
        except Invalid as error:
            problems.append(f"{prefix}{key}: {error}.")
    return values, problems


def _choice(group: str, plain: Any, factories: Factories) -> tuple[Choice | None, list[str]]:
    name, problems = _known_name(group, plain, factories)
    if name is None:
        return None, problems
    given = {str(key): value for key, value in plain.items() if key != "name"}
    options, problems = check_options(group, name, factories[name], given)
    return Choice(name, options), problems


def _known_name(group: str, plain: Any, factories: Factories) -> tuple[str | None, list[str]]:
    if not isinstance(plain, Mapping) or "name" not in plain:
        return None, [f"{group}: must be one of {', '.join(sorted(factories))}, got {brief(plain, str)}."]
    name = brief(plain["name"], str)
    if name not in factories:
        return None, [f"{group}.name: {unknown(name, factories)}"]
    return name, []


def _dataset(plain: Any, factories: Factories) -> tuple[DatasetConfig | None, list[str]]:
    name, problems = _known_name("dataset", plain, factories)
    if name is None:
        return None, problems
    annotations = {k: v for k, v in _annotations(DatasetConfig).items() if k in _COMMON}
    common, problems = _coerced("dataset.", annotations, plain)
    given = {str(key): value for key, value in plain.items() if key not in _COMMON and key != "name"}
    options, found = check_options("dataset", name, factories[name], given)
    return DatasetConfig(name, **common, options=options), [*problems, *found]
