import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import pytest

from cnnlab.base.schema import Fraction, PositiveInt
from cnnlab.config.options import FILE, option_table
from cnnlab.config.signatures import as_text, described


def test_options_json_says_what_the_signatures_say():
    assert FILE.read_text() == as_text(), "a factory or a field has changed; run: python -m cnnlab.config.signatures"


def test_every_entry_and_every_key_is_explained():
    entries = {
        (group, name): entry for group, table in option_table()["groups"].items() for name, entry in table.items()
    }
    assert [name for name, entry in (entries | option_table()["keys"]).items() if not entry["explanation"]] == []


@pytest.mark.parametrize(
    ("annotation", "default", "said"),
    [
        (bool, True, {"type": "true or false", "default": True}),
        (PositiveInt, 3, {"type": "a whole number", "bound": "> 0", "default": 3}),
        (Fraction | None, None, {"type": "a number or null", "bound": "in [0, 1)", "default": None}),
        (Path, Path("a/b"), {"type": "a path", "default": "a/b"}),
        (Literal["x", "y"], "x", {"type": "a choice", "choices": ["x", "y"], "default": "x"}),
        (
            Literal["all"] | PositiveInt,
            "all",
            {"type": "a choice or a whole number", "bound": "> 0", "choices": ["all"], "default": "all"},
        ),
        (
            tuple[Fraction, Fraction],
            (0.1, 0.2),
            {"type": "a list of 2 (each a number)", "bound": "in [0, 1)", "default": (0.1, 0.2)},
        ),
        (
            Annotated[tuple[str | Mapping[str, object], ...] | None, "metadata"],
            None,
            {"type": "a list (each text or a mapping) or null", "default": None},
        ),
        (float, inspect.Parameter.empty, {"type": "a number", "required": True}),
    ],
)
def test_option_is_described_in_the_words_of_messages(annotation, default, said):
    assert described(annotation, default) == said
