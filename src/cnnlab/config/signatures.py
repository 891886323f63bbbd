"""What the signatures of the factories and the fields of the configuration say, in the user's words.

`python -m cnnlab.config.signatures` writes it to options.json, for `cnnlab.config.options` to read without torch.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import itertools
import json
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Union

from cnnlab.base.schema import KINDS, Bound, Plain, options_of
from cnnlab.config.keys import roles
from cnnlab.config.options import FILE
from cnnlab.config.run_config import DatasetConfig, RunConfig
from cnnlab.config.tables import TABLES
from cnnlab.networks.transfer.heads import is_trained


def signatures() -> Plain:
    """Return what `options.option_table` does, from the code itself."""
    groups = {group: {name: _entry(group, name) for name in table} for group, table in TABLES.items()}
    return {"groups": groups, "keys": _keys("", RunConfig) | _keys("dataset.", DatasetConfig)}


def _entry(group: str, name: str) -> Plain:
    factory = TABLES[group][name]
    options = {key: described(p.annotation, p.default) for key, p in options_of(factory).items()}
    learning = {"is_trained": is_trained(name)} if group == "head" else {}
    return {"explanation": (factory.__doc__ or "").partition("\n")[0], **learning, "options": options}


def _keys(prefix: str, config: type[RunConfig | DatasetConfig]) -> Plain:
    annotations, explained = typing.get_type_hints(config, include_extras=True), _docstrings(config)
    return {
        f"{prefix}{field.name}": {
            "explanation": explained.get(field.name, ""),
            "role": roles()[f"{prefix}{field.name}"].value,
            **described(annotations[field.name], field.default),
        }
        for field in dataclasses.fields(config)
        if field.name not in {*TABLES, "name", "options"}
    }


def _docstrings(config: type) -> dict[str, str]:
    """Return the text below each field, which Python keeps in the source alone."""
    body = ast.parse(inspect.getsource(config)).body[0]
    assert isinstance(body, ast.ClassDef)
    return {
        field.target.id: str(text.value.value)
        for field, text in itertools.pairwise(body.body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
    }


def described(annotation: Any, default: Any) -> Plain:
    """Return what a user has to know of an option: what it may be, and what it is where it is not given."""
    parts = list(_parts(annotation))
    choices = [value for part in parts if typing.get_origin(part) is Literal for value in typing.get_args(part)]
    metadata = [item for part in parts for item in getattr(part, "__metadata__", ())]
    bounds = dict.fromkeys(item.text for item in metadata if isinstance(item, Bound))
    return {
        "type": _type(annotation),
        **({"bound": ", ".join(bounds)} if bounds else {}),
        **({"choices": choices} if choices else {}),
        **({"required": True} if default is inspect.Parameter.empty else {"default": _plain(default)}),
    }


def _plain(default: object) -> object:
    return str(default) if isinstance(default, Path) else default


def _parts(annotation: Any) -> Iterator[Any]:
    """Yield an annotation and all that it is made of."""
    yield annotation
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is not Literal:
        for part in args[:1] if origin is Annotated else args:
            yield from _parts(part)


def _type(annotation: Any) -> str:
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated:
        return _type(args[0])
    if origin in (Union, types.UnionType):
        return " or ".join("null" if option is types.NoneType else _type(option) for option in args)
    if origin is Literal:
        return "a choice"
    if origin is Mapping:
        return "a mapping"
    if origin is tuple:
        items = " and ".join(dict.fromkeys(_type(item) for item in args if item is not Ellipsis))
        return f"a list (each {items})" if args[-1] is Ellipsis else f"a list of {len(args)} (each {items})"
    return KINDS[annotation]


def as_text() -> str:
    """Return what options.json has to hold."""
    return _json(signatures()) + "\n"


def _json(value: object, indent: str = "") -> str:
    """Write an option on one line, so that it is one in a diff."""
    if not isinstance(value, dict) or not any(isinstance(item, dict) for item in value.values()):
        return json.dumps(value, ensure_ascii=False)
    inner = indent + "  "
    lines = (f'{inner}"{key}": {_json(item, inner)}' for key, item in value.items())
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


if __name__ == "__main__":
    FILE.write_text(as_text(), encoding="utf-8")
