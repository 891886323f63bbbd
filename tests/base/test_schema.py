import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Optional

import pytest

from cnnlab.base.schema import Bound, Fraction, Invalid, NonNegative, Positive, PositiveInt, check_options, coerce


def brew(
    beans, *, grams: Positive, sugar: NonNegative = 0.0, milk: Literal["none", "cow"] = "none", cups: PositiveInt = 1
):
    """Make coffee."""


@pytest.mark.parametrize(
    ("value", "annotation", "expected"),
    [
        (1, Positive, 1.0),
        ("1e-3", Positive, 0.001),  # YAML 1.1 reads 1e-3 as text
        (2.0, PositiveInt, 2),
        (None, Positive | None, None),
        ("a/b", Path, Path("a/b")),
        ([0.9, 0.999], tuple[Fraction, Fraction], (0.9, 0.999)),
        ([3, "cat"], tuple[str, ...], ("3", "cat")),
        ("a.py", tuple[Path, ...], (Path("a.py"),)),
        ({"a": 1}, Mapping[str, Any], {"a": 1}),
        (True, bool, True),
        ("7", PositiveInt, 7),  # variables of the environment are text
        ("false", bool, False),
        ("~x/y", str, "~x/y"),
        (True, str, "true"),
        (8, tuple[PositiveInt, ...] | PositiveInt, 8),
        ([8, 16.0], tuple[PositiveInt, ...] | PositiveInt, (8, 16)),
        (8, Annotated[PositiveInt, "metadata of someone else"], 8),
        (None, Annotated[int | None, Bound("> 0", low=1)], None),
        ("all", Annotated[Literal["all"] | int, Bound("> 0", low=1)], "all"),
        (8, Optional[Annotated[Positive, "nested"]], 8.0),  # noqa: UP045 - as plugins may write it
    ],
)
def test_value_takes_the_type_of_its_annotation(value, annotation, expected):
    result = coerce(value, annotation)
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    ("value", "annotation", "message"),
    [
        (-0.1, Positive, r"^must be > 0, got -0\.1$"),
        (0, Positive, r"^must be > 0, got 0$"),
        (float("nan"), Positive, r"^must be a finite number, got nan$"),
        (float("inf"), NonNegative, r"^must be a finite number, got inf$"),
        ("-inf", float, r"^must be a finite number, got -inf$"),
        (10**400, float, r"^must be a number, got 10+ …$"),
        (float("inf"), Positive | None, r"^must be a finite number, got inf \(null turns it off\)$"),
        ([0.9, float("nan")], tuple[Fraction, Fraction], r"^must be a finite number, got nan$"),
        (float("inf"), PositiveInt, r"^must be a whole number, got inf$"),
        (float("nan"), PositiveInt, r"^must be a whole number, got nan$"),
        (1, Fraction, r"^must be in \[0, 1\), got 1$"),
        (2.5, PositiveInt, r"^must be a whole number, got 2\.5$"),
        (True, PositiveInt, r"^must be a whole number, got True$"),
        ("fast", Positive, r"^must be a number, got 'fast'$"),
        ("yes", bool, r"^must be true or false, got 'yes'$"),
        ("2.5", PositiveInt, r"^must be a whole number, got '2\.5'$"),
        ("9" * 5000, PositiveInt, r"^must be a whole number, got '9+ …$"),
        (3, Path, r"^must be a path, got 3$"),
        ("", Path, r"^must be a path, got ''\. The folder in which you work is '\.'$"),
        ([1], str, r"^must be text, got \[1\]$"),
        (0.9, tuple[Fraction, Fraction], r"^must be a list, got 0\.9$"),
        ([0.9], tuple[Fraction, Fraction], r"^must be a list of 2, got \[0\.9\]$"),
        ("cwo", Literal["none", "cow"], r"^unknown 'cwo'\. Did you mean 'cow'\? Known: cow, none$"),
        ("cow", Literal["all"] | PositiveInt, r"^must be a whole number, got 'cow' \(or all\)$"),
        (0, Literal["a", "b"] | PositiveInt | None, r"^must be > 0, got 0 \(or a, b\) \(null turns it off\)$"),
        (-1, Positive | None, r"^must be > 0, got -1 \(null turns it off\)$"),
        (0, tuple[PositiveInt, ...] | PositiveInt, r"^must be > 0, got 0$"),
        (0, Annotated[PositiveInt, "metadata of someone else"], r"^must be > 0, got 0$"),
        ([8, 0.5], Annotated[tuple[int, ...], "doc"] | int, r"^must be a whole number, got 0\.5$"),
        ([8, 0.5], PositiveInt | tuple[PositiveInt, ...], r"^must be a whole number, got 0\.5$"),
    ],
)
def test_value_that_does_not_fit_says_what_is_wanted(value, annotation, message):
    with pytest.raises(Invalid, match=message):
        coerce(value, annotation)


def test_options_are_completed_with_the_defaults_of_the_signature():
    assert check_options("drink", "coffee", brew, {"grams": 7}) == (
        {"grams": 7.0, "sugar": 0.0, "milk": "none", "cups": 1},
        [],
    )


def test_all_problems_of_a_part_are_found_at_once():
    _, problems = check_options("drink", "coffee", brew, {"suggar": 1, "cups": 0})
    assert problems == [
        "drink (coffee): unexpected 'suggar'. It takes: cups, grams, milk, sugar. Did you mean 'sugar'?",
        "drink.grams: missing. Give it: drink.grams=...",
        "drink.cups: must be > 0, got 0.",
    ]


def test_part_without_options_says_that_it_takes_none():
    _, problems = check_options("activation", "relu", lambda: None, {"slope": 1})
    assert problems == ["activation (relu): unexpected 'slope'. It takes no options."]


@pytest.mark.parametrize(
    ("annotation", "text"),
    [
        (list[int], "list[int]"),
        (dict[str, float], "dict[str, float]"),
        (Bound, "cnnlab.base.schema.Bound"),
        (tuple, "tuple"),
        (tuple[int, None], "None"),
        (Annotated[int | list[str], "doc"] | None, "list[str]"),
        (inspect.Parameter.empty, "nothing"),
    ],
)
def test_annotation_that_is_no_schema_is_named_with_what_to_take(annotation, text):
    def drink(*, size=1):
        """Pour."""

    drink.__annotations__["size"] = annotation
    if annotation is inspect.Parameter.empty:
        del drink.__annotations__["size"]
    assert check_options("drink", "tea", drink, {}) == ({"size": 1}, [])
    assert check_options("drink", "tea", drink, {"size": 2}) == ({}, [
        f"drink (tea): 'size' cannot be checked, its factory annotates it with {text}. "
        "Take bool, int, float, str, Path, Literal, tuple, Mapping or a union of these."
    ])  # fmt: skip


def test_signature_that_cannot_be_read_is_told():
    def drink(*, size: "Cup" = 1):  # noqa: F821 - imported for type checkers alone
        """Pour."""

    assert check_options("drink", "tea", drink, {}) == ({}, [
        "drink (tea): its signature cannot be read, NameError: name 'Cup' is not defined. "
        "Import what its annotations name."
    ])  # fmt: skip
