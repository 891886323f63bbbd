"""The keys of a configuration by their roles. Imports no torch."""

from __future__ import annotations

import functools
import typing
from collections.abc import Collection, Mapping

from cnnlab.base.schema import Plain, PlainMapping
from cnnlab.config.roles import Role
from cnnlab.config.run_config import DatasetConfig, RunConfig


@functools.cache
def roles() -> Mapping[str, Role]:
    """Return the role of every key, such as `seed` or `dataset.memory_limit`."""
    of_dataset = {f"dataset.{key}": role for key, role in _declared(DatasetConfig).items()}
    return _declared(RunConfig) | of_dataset


def _declared(fields: type) -> dict[str, Role]:
    annotations = typing.get_type_hints(fields, include_extras=True)
    declared = ((key, getattr(annotation, "__metadata__", ())) for key, annotation in annotations.items())
    return {key: item for key, metadata in declared for item in metadata if isinstance(item, Role)}


@functools.cache
def keys_of(*wanted: Role) -> frozenset[str]:
    """Return the keys that have one of these roles."""
    return frozenset(key for key, role in roles().items() if role in wanted)


def without(plain: PlainMapping, *unwanted: Role) -> Plain:
    """Return a configuration without the keys that have one of these roles."""
    return _without(plain, "", keys_of(*unwanted))


def _without(plain: PlainMapping, prefix: str, keys: Collection[str]) -> Plain:
    return {
        key: _without(value, f"{prefix}{key}.", keys) if isinstance(value, Mapping) else value
        for key, value in plain.items()
        if f"{prefix}{key}" not in keys
    }
