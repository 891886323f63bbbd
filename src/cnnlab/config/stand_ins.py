"""Tables that stand in for the real ones where only names, types and bounds are asked for: rebuilt from options.json.

They load no torch, so that a configuration is loaded at once. They do not hold what plugins add.
"""

from __future__ import annotations

import functools
import inspect
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from types import GenericAlias
from typing import Annotated, Any, Literal

from cnnlab.base.schema import KINDS, Bound, PlainMapping, coerce
from cnnlab.config.options import option_table

_KINDS: Mapping[str, Any] = {text: kind for kind, text in KINDS.items()} | {
    "a mapping": Mapping[str, Any],
    "null": None,
}
_LIST = re.compile(r"a list(?: of (\d+))? \(each (.*)\)")
_ABOVE = re.compile(r"(>=?) (\S+)")
_BETWEEN = re.compile(r"in ([\[(]?)([^\s,]+)(?:, | to )([^\s\])]+)([\])]?)")


@functools.cache
def stand_ins() -> Mapping[str, Mapping[str, Callable[..., object]]]:
    """Return the tables by the name of their group; their factories have signatures, and make nothing."""
    groups = option_table()["groups"]
    return {
        group: {name: _factory(entry["options"]) for name, entry in table.items()} for group, table in groups.items()
    }


def head_is_trained(name: str) -> bool | None:
    """Tell whether a head is trained in steps; None for one that is not known."""
    head = option_table()["groups"]["head"].get(name)
    return None if head is None else bool(head["is_trained"])


def _factory(options: Mapping[str, PlainMapping]) -> Callable[..., object]:
    def stand_in() -> None: ...

    # An attribute that Python's own `inspect` asks for.
    stand_in.__signature__ = inspect.Signature([_parameter(name, said) for name, said in options.items()])  # type: ignore[attr-defined]
    return stand_in


def _parameter(name: str, said: PlainMapping) -> inspect.Parameter:
    taken, default = annotation(said), said.get("default", inspect.Parameter.empty)
    if isinstance(default, list | str):
        default = coerce(default, taken)  # JSON has no tuples and no paths
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=taken)


def annotation(said: PlainMapping) -> Any:
    """Return an annotation that takes what an option is said to take: the way back from `signatures.described`."""
    bound = _bound(said["bound"]) if "bound" in said else None
    return _of(said["type"], tuple(said.get("choices", ())), bound)


def _of(text: str, choices: tuple[object, ...], bound: Bound | None) -> Any:
    parts = [_single(part, choices, bound) for part in _alternatives(text)]
    return functools.reduce(operator.or_, parts)  # as `X | Y`


def _alternatives(text: str) -> Iterator[str]:
    """Yield what stands between each ` or ` that is not inside brackets, nor of `true or false`."""
    begun = ""
    for part in text.split(" or "):
        begun = f"{begun} or {part}" if begun else part
        if begun != "true" and begun.count("(") == begun.count(")"):
            yield begun
            begun = ""


def _single(text: str, choices: tuple[object, ...], bound: Bound | None) -> Any:
    if text == "a choice":
        return Literal[choices]
    if match := _LIST.fullmatch(text):
        item = _of(match[2], choices, bound)
        return GenericAlias(tuple, (item, ...) if match[1] is None else (item,) * int(match[1]))
    kind = _KINDS[text]
    return Annotated[kind, bound] if bound is not None and kind in (int, float) else kind


def _bound(text: str) -> Bound:
    if match := _ABOVE.fullmatch(text):
        return Bound(text, low=float(match[2]), open_low=match[1] == ">")
    match = _BETWEEN.fullmatch(text)
    assert match is not None
    return Bound(text, float(match[2]), float(match[3]), open_low=match[1] == "(", open_high=match[4] == ")")
