"""Bounds for options, and the check of a plain value against an annotation. A factory's signature is its schema."""

from __future__ import annotations

import functools
import inspect
import math
import re
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Union

from cnnlab.base.errors import brief, did_you_mean, unknown
from cnnlab.base.paths import typed_path

Plain = dict[str, Any]
"""What YAML and JSON hold, by name: text, numbers, true and false, null, lists and dicts of these."""

PlainMapping = Mapping[str, Any]
"""The same, only to be read."""


@dataclass(frozen=True)
class Bound:
    """An interval of numbers; `text` is what a message says of it."""

    text: str
    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False

    def holds(self, value: float) -> bool:
        """Tell whether `value` lies inside; NaN does not."""
        above = value > self.low if self.open_low else value >= self.low
        below = value < self.high if self.open_high else value <= self.high
        return above and below


Positive = Annotated[float, Bound("> 0", low=0, open_low=True)]
NonNegative = Annotated[float, Bound(">= 0", low=0)]
Fraction = Annotated[float, Bound("in [0, 1)", low=0, high=1, open_high=True)]
Probability = Annotated[float, Bound("in [0, 1]", low=0, high=1)]
Portion = Annotated[float, Bound("in (0, 1]", low=0, high=1, open_low=True)]
PositiveInt = Annotated[int, Bound("> 0", low=1)]
NonNegativeInt = Annotated[int, Bound(">= 0", low=0)]


KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "text", Path: "a path"}
"""What a value may be -> what a message calls it."""


class Invalid(Exception):
    """A value does not fit its annotation, or the annotation is none; the text goes behind `where: `."""


def signature(factory: Callable[..., object]) -> inspect.Signature:
    """Return the signature of a factory, annotations evaluated.

    Raises:
        Invalid: it cannot be read.
    """
    try:
        return inspect.signature(factory, eval_str=True)
    except Exception as error:  # annotations are code, a plugin's may do anything
        reason = f"{type(error).__name__}: {error}"
        raise Invalid(f"its signature cannot be read, {reason}. Import what its annotations name") from error


def options_of(factory: Callable[..., object]) -> Mapping[str, inspect.Parameter]:
    """Return what a user may set: the keyword-only parameters. What stands before `*` is given by cnnlab.

    Raises:
        Invalid: the signature cannot be read.
    """
    return _of_function(factory) if isinstance(factory, types.FunctionType) else _options(factory)


def _options(factory: Callable[..., object]) -> dict[str, inspect.Parameter]:
    return {p.name: p for p in signature(factory).parameters.values() if p.kind is p.KEYWORD_ONLY}


_of_function = functools.cache(_options)
"""The same, read once: a function's signature stays; what else can be called may be no key."""


def check_options(
    where: str, name: str, factory: Callable[..., object], given: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Coerce `given` to the signature of `factory`.

    Args:
        where: the key as the user types it, e.g. `optimizer`.
        name: the chosen entry of the table, e.g. `adam`.
        factory: its keyword-only parameters and their annotations are the schema.
        given: plain values by option name.

    Returns:
        The complete options, defaults filled in, and the problems found.
    """
    try:
        parameters = options_of(factory)
    except Invalid as error:
        return {}, [f"{where} ({name}): {error}."]
    values = {}
    unexpected = [key for key in given if key not in parameters]
    problems = [f"{where} ({name}): unexpected '{key}'. {_takes(key, parameters)}" for key in unexpected]
    for key, parameter in parameters.items():
        if key not in given:
            if parameter.default is parameter.empty:
                problems.append(f"{where}.{key}: missing. Give it: {where}.{key}=...")
            else:
                values[key] = parameter.default
            continue
        if unknown_kinds := _unknown_kinds(parameter.annotation):
            problems.append(f"{where} ({name}): '{key}' {_unchecked(unknown_kinds[0])}")
            continue
        try:
            values[key] = coerce(given[key], parameter.annotation)
        except Invalid as error:
            problems.append(f"{where}.{key}: {error}.")
    return values, problems


def _takes(key: str, parameters: Mapping[str, object]) -> str:
    if not parameters:
        return "It takes no options."
    return f"It takes: {', '.join(sorted(parameters))}.{did_you_mean(key, parameters)}"


def _unknown_kinds(annotation: Any) -> list[Any]:
    """Return the parts of an annotation that `coerce` cannot make a value of."""
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated:
        return _unknown_kinds(args[0])
    if origin in (Union, types.UnionType):
        return [part for option in args if option is not types.NoneType for part in _unknown_kinds(option)]
    if origin is tuple and args:
        return [part for item in args if item is not Ellipsis for part in _unknown_kinds(item)]
    is_known = origin in (Literal, Mapping) or any(annotation is kind for kind in KINDS)
    return [] if is_known else [annotation]


def _unchecked(annotation: Any) -> str:
    text = "nothing" if annotation is inspect.Parameter.empty else inspect.formatannotation(annotation)
    return (
        f"cannot be checked, its factory annotates it with {text}. "
        "Take bool, int, float, str, Path, Literal, tuple, Mapping or a union of these."
    )


def coerce(value: Any, annotation: Any) -> Any:
    """Return `value` as the annotation wants it: 1 becomes 1.0 where a float is due, '1e-3' becomes 0.001.

    Raises:
        Invalid: the value does not fit, with `must be ..., got ...` as its text.
    """
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated:
        plain = coerce(value, args[0])
        for bound in args[1:]:  # other metadata is for others, and a bound is for numbers
            if isinstance(bound, Bound) and isinstance(plain, int | float) and not bound.holds(plain):
                raise Invalid(f"must be {bound.text}, got {brief(value, str)}")
        return plain
    if origin in (Union, types.UnionType):
        return _coerce_union(value, args)
    if origin is Literal:
        if value not in args:
            raise Invalid(unknown(brief(value, str), map(str, args)).removesuffix("."))
        return value
    if origin is tuple:
        return _coerce_tuple(value, args)
    if origin is Mapping:
        return _coerce_mapping(value)
    return _coerce_scalar(value, annotation)


def _coerce_union(value: Any, options: tuple[Any, ...]) -> Any:
    if value is None and types.NoneType in options:
        return None
    # A list is told what is wrong with it as a list, all else what is wrong with it as a single value.
    is_list = isinstance(value, list | tuple)
    options_set = [option for option in options if option is not types.NoneType]
    fitting = [option for option in options_set if (typing.get_origin(_bare(option)) is tuple) == is_list]
    errors = []
    for option in fitting or options_set:
        try:
            return coerce(value, option)
        except Invalid as error:
            errors.append(str(error))
    words = [str(word) for option in fitting[:-1] for word in _words(option)]
    also = f" (or {', '.join(words)})" if words else ""
    raise Invalid(f"{errors[-1]}{also}{' (null turns it off)' if types.NoneType in options else ''}")


def _words(annotation: Any) -> tuple[Any, ...]:
    return typing.get_args(annotation) if typing.get_origin(annotation) is Literal else ()


def _bare(annotation: Any) -> Any:
    return typing.get_args(annotation)[0] if typing.get_origin(annotation) is Annotated else annotation


def _coerce_tuple(value: Any, items: tuple[Any, ...]) -> tuple[Any, ...]:
    if items[-1] is Ellipsis and isinstance(value, str):
        value = [value]  # one is a list too: plugins=my_parts.py
    if not isinstance(value, list | tuple):
        raise Invalid(f"must be a list, got {brief(value, str)}")
    if items[-1] is Ellipsis:
        return tuple(coerce(item, items[0]) for item in value)
    if len(value) != len(items):
        raise Invalid(f"must be a list of {len(items)}, got {brief(value, str)}")
    return tuple(coerce(item, kind) for item, kind in zip(value, items))


def _coerce_mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise Invalid(f"must be a mapping, got {brief(value)}")
    return {str(key): item for key, item in value.items()}


def _coerce_scalar(value: Any, kind: type) -> Any:
    if kind is bool and isinstance(value, bool):
        return value
    if kind is bool and isinstance(value, str) and value in _SWITCHES:
        return _SWITCHES[value]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind is int and is_number and value % 1 == 0:  # not so for inf and nan
        return int(value)
    if kind is int and isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    if kind is float and (is_number or isinstance(value, str)):
        return _coerce_float(value)
    if kind is Path and isinstance(value, str | Path):
        return _coerce_path(str(value))
    if kind is str and isinstance(value, bool):
        return str(value).lower()  # as it was typed: an arm may be called true
    if kind is str and isinstance(value, str | int | float):
        return str(value)  # a class folder may be called 3
    raise Invalid(f"must be {KINDS[kind]}, got {brief(value)}")


# Variables of the environment are text: epochs=${oc.env:EPOCHS}.
_SWITCHES = {"true": True, "false": False}
_WHOLE = re.compile(r"[+-]?[0-9]{1,30}")


def _coerce_path(value: str) -> Path:
    try:
        return typed_path(value)
    except ValueError as error:
        raise Invalid(str(error)) from None


def _coerce_float(value: int | float | str) -> float:
    try:
        number = float(value)  # YAML 1.1 reads 1e-3 as text
    except (ValueError, OverflowError):
        raise Invalid(f"must be {KINDS[float]}, got {brief(value)}") from None
    if not math.isfinite(number):
        raise Invalid(f"must be a finite number, got {brief(value, str)}")
    return number
