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
Tables = Mapping[str, Mapping[str, Callable[..., object]]]


def check_values(plain: PlainMapping, tables: Tables, is_trained: IsTrained) -> tuple[Plain, list[str]]:
    """Return the fields of a RunConfig, as far as they are right, and a problem for each that is not.

    Args:
        plain: as of `load`.
        tables: group -> name -> factory, whose signature says what it takes.
        is_trained: whether a head is trained in steps; None where it is not known.
    """
    problems: list[str] = []
    groups: tuple[str, ...] = TRAIN
    if is_transfer(plain):
        plain, groups, problems = resolve_transfer(plain, is_trained)
    values = _scalars(plain, tables, problems)
    for group in groups:
        values[group] = _choice(group, plain.get(group), tables, problems)
    values["dataset"] = _dataset(plain.get("dataset"), tables, problems)
    return values, problems


def _scalars(plain: PlainMapping, tables: Tables, problems: list[str]) -> Plain:
    annotations = _annotations(RunConfig)
    problems.extend(
        f"{key}: unknown key.{did_you_mean(str(key), annotations)} Known: {', '.join(sorted(annotations))}."
        for key in plain
        if key not in annotations
    )
    return _coerced("", {k: v for k, v in annotations.items() if k not in tables}, plain, problems)


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


def _choice(group: str, plain: Any, tables: Tables, problems: list[str]) -> Choice | None:
    name = _known_name(group, plain, tables, problems)
    if name is None:
        return None
    given = {str(key): value for key, value in plain.items() if key != "name"}
    options, found = check_options(group, name, tables[group][name], given)
    problems.extend(found)
    return Choice(name, options)


def _known_name(group: str, plain: Any, tables: Tables, problems: list[str]) -> str | None:
    if not isinstance(plain, Mapping) or "name" not in plain:
        problems.append(f"{group}: must be one of {', '.join(sorted(tables[group]))}, got {brief(plain, str)}.")
        return None
    name = brief(plain["name"], str)
    if name not in tables[group]:
        problems.append(f"{group}.name: {unknown(name, tables[group])}")
        return None
    return name


def _dataset(plain: Any, tables: Tables, problems: list[str]) -> DatasetConfig | None:
    name = _known_name("dataset", plain, tables, problems)
    if name is None:
        return None
    annotations = {k: v for k, v in _annotations(DatasetConfig).items() if k in _COMMON}
    common = _coerced("dataset.", annotations, plain, problems)
    given = {str(key): value for key, value in plain.items() if key not in _COMMON and key != "name"}
    options, found = check_options("dataset", name, tables["dataset"][name], given)
    problems.extend(found)
    return DatasetConfig(name, **common, options=options)
