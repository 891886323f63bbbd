"""The values that a swept word stands for: how many, and which."""

from __future__ import annotations

import itertools
import math
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hydra.core.override_parser.types import Override, RangeSweep

from cnnlab.base.errors import ConfigError, brief
from cnnlab.cli.quoting import as_text
from cnnlab.config.keys import keys_of
from cnnlab.config.roles import NOT_SETTINGS
from cnnlab.sweeps.points import Group, key_of

MOST = 1_000_000
"""Points of a sweep. More are a slip: their names alone fill the memory."""


def values(override: Override, *, most: int | None = None) -> list[str]:
    """Return the values that a swept word stands for, as they would be typed one by one.

    Args:
        override: of a sweep, whose size was checked.
        most: as many from the front at most; None: all.

    Raises:
        ConfigError: it is no list of single values.
    """
    parts = getattr(override.value(), "list", ())  # of sort(range(2)), a range, which Hydra cannot name
    if not override.is_discrete_sweep() or any(isinstance(part, RangeSweep) for part in parts):
        given = str(override.input_line).partition("=")[2]
        raise ConfigError(f"{override.key_or_group}: a sweep takes single values, got {given}. List them: a,b,c.")
    return [_AS_TYPED.get(value, value) for value in itertools.islice(override.sweep_string_iterator(), most)]


def is_of_numbers(override: Override) -> bool:
    """Tell whether a swept word stands for numbers alone: a range, or a list of them."""
    parts = getattr(override.value(), "list", ())  # a range has none
    return override.is_range_sweep() or (bool(parts) and all(type(part) in (int, float) for part in parts))


_AS_TYPED = {"True": "true", "False": "false"}
"""What Hydra makes of a typed `true` -> how YAML writes it; arms are called as they were typed."""


def read_arms(written: Mapping[Any, Any]) -> dict[str, tuple[str, ...]]:
    """Return the overrides of every named arm of a study.

    Raises:
        ConfigError: an arm is no list of overrides.
    """
    problems, arms = [], {}
    for name, overrides in written.items():
        where = f"hydra.sweeper.arms.{name}"
        is_list = isinstance(overrides, Sequence) and not isinstance(overrides, str)
        words = list(overrides) if is_list else [] if overrides is None else [overrides]
        wrong = [word for word in words if not isinstance(word, str) or (word[:1] != "~" and "=" not in word)]
        if wrong or not (is_list or overrides is None):
            given = brief(wrong[0] if is_list else overrides, lambda value: f"'{value}'")
            problems.append(f"{where}: must be a list of overrides, got {given}. Write {name}: [{_as_words(words)}]")
        arms[str(name)] = tuple(map(str, words))
    if problems:
        raise ConfigError(*problems)
    return arms


def _as_words(written: Iterable[object]) -> str:
    """Return overrides as a list of an arm holds them, whatever they were written as."""
    found: list[str] = []
    for part in written:
        pairs = [f"{key}={value}" for key, value in part.items()] if isinstance(part, Mapping) else str(part).split()
        found += [text if "=" in text else f"<key>={text}" for text in pairs]
    return brief(", ".join(found), str)


def read_params(written: Mapping[Any, Any]) -> dict[str, str]:
    """Return the values that a study sweeps over, by key, as they would be typed.

    Raises:
        ConfigError: they are no text or number, but a list or a mapping of YAML.
    """
    problems, params = [], {}
    for key, value in written.items():
        if isinstance(value, Sequence | Mapping) and not isinstance(value, str):
            items = ",".join(map(str, value))
            problems.append(
                f"hydra.sweeper.params.{key}: must be text, as typed behind {key}=, got {brief(value, str)}. "
                f'Write "{items}" to sweep over the values, "[{items}]" for one list.'
            )
        params[str(key)] = _AS_TYPED.get(str(value), "null" if value is None else str(value))
    if problems:
        raise ConfigError(*problems)
    return params


def check_axes(swept: Iterable[Override]) -> None:
    """Refuse to sweep over what is said of a whole sweep: its points would all be the same runs.

    Raises:
        ConfigError: with a line for every such key.
    """
    problems = []
    for override in swept:
        key, given = key_of(str(override.get_key_element())), str(override.input_line).partition("=")[2]
        if key in keys_of(*NOT_SETTINGS):
            quoted = shlex.quote(f"{key}={as_text(given)}")
            problems.append(
                f"{key}: applies to the whole sweep, got {brief(given, str)}. Give one value; one with a comma goes in "
                f"quotes: {quoted}"
            )
    if problems:
        raise ConfigError(*problems)


def check_size(swept: Iterable[Override], *, num_arms: int = 1, zips: Sequence[Group] = ()) -> None:
    """Refuse a grid that is too large, before any of it is expanded.

    Args:
        swept: the axes.
        num_arms: every combination is run with as many.
        zips: groups of axes that go in step.

    Raises:
        ConfigError: it has more than MOST points, or a range has no size.
    """
    group_of = {key: ", ".join(group) for group in zips for key in group}
    sizes: dict[str, int] = {}
    for override in swept:
        key = str(override.get_key_element())
        name = group_of.get(key_of(key), key)
        sizes[name] = max(sizes.get(name, 0), _size(override))
    num_points = num_arms * math.prod(sizes.values())
    if num_points > MOST:
        raise ConfigError(f"{_product(sizes, num_arms)}. A sweep takes {MOST:,} at most. Give fewer values.")


def _size(override: Override) -> int:
    """Return how many values a word stands for; 1 where they are few, or no list."""
    swept = override.value()
    if isinstance(swept, list):
        return len(swept)
    if not isinstance(swept, RangeSweep):
        return len(getattr(swept, "list", "1"))
    try:
        assert swept.start is not None
        assert swept.stop is not None
        return max(0, math.ceil((swept.stop - swept.start) / swept.step))
    except (ArithmeticError, ValueError) as error:  # a step of 0, or numbers that are not finite
        given = str(override.input_line).partition("=")[2]
        raise ConfigError(f"{override.key_or_group}: {given} has no end. Give finite numbers and a step.") from error


def _product(sizes: Mapping[str, int], num_arms: int) -> str:
    parts = [f"{key} {size:,}" for key, size in sizes.items()] + ([f"arms {num_arms:,}"] if num_arms > 1 else [])
    total = num_arms * math.prod(sizes.values())
    return f"{', '.join(sizes)}: {total:,} points" + (f" ({' x '.join(parts)})" if len(parts) > 1 else "")
