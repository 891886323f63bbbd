"""Texts as a person writes them."""

import pytest

from cnnlab.base.texts import (
    cut_middle,
    duration,
    first_names,
    fitted,
    is_number,
    laid_out,
    names_fitting,
    printable,
    quantity,
    size,
)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59.4, "59 s"), (200, "3 min 20 s"), (3600, "1 h 0 min"), (7500, "2 h 5 min")]
)
def test_duration_is_said_as_a_person_says_it(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("text", "length", "cut"),
    [
        ("cat", 3, "cat"),
        ("golden retriever", 10, "golde…ever"),
        ("abcdefghij", 7, "abc…hij"),
        ("abcdef", 4, "ab…f"),
        ("abcdef", 2, "a…"),
        ("abcdef", 1, "…"),
    ],
)
def test_what_is_too_long_loses_its_middle(text, length, cut):
    assert cut_middle(text, length) == cut


@pytest.mark.parametrize(
    ("room", "text"), [(15, "ant, mosquitoes"), (14, "ant and 1 more"), (12, "… and 1 more"), (9, "… and 1 more")]
)
def test_names_that_do_not_fit_are_counted(room, text):
    assert names_fitting(["ant", "mosquitoes"], room) == text


@pytest.mark.parametrize(("number", "text"), [(0, "0 files"), (1, "1 file"), (2000, "2,000 files")])
def test_quantity_is_said_as_a_person_says_it(number, text):
    assert quantity(number, "file") == text


@pytest.mark.parametrize(("most", "text"), [(3, "a, b, c"), (2, "a, b and 1 more"), (1, "a and 2 more")])
def test_so_many_names_are_told_and_the_others_counted(most, text):
    assert first_names(["a", "b", "c"], most) == text
    assert first_names(["a", "b", "c"], most, separator="; ") == text.replace(",", ";")


@pytest.mark.parametrize(("text", "expected"), [("1e-3", True), ("nan", True), ("0.1.2", False), ("", False)])
def test_number_is_what_python_reads_as_one(text, expected):
    assert is_number(text) == expected


@pytest.mark.parametrize(("name", "text"), [("caf\udce9", r"caf\xe9"), ("a\ud800b", r"a\ud800b"), ("café", "café")])
def test_what_is_no_utf_8_is_written_as_text(name, text):
    assert printable(name) == text


COMMAND = "cnnlab -m optimizer=sgd,adam activation=relu,gelu seed=0,1,2,3,4 epochs=40"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("short: cnnlab train", ["short: cnnlab train"]),
        ("a word and a longer one", ["a word and", "  a longer", "  one"]),
        ("  set in from the start", ["  set in", "  from the", "  start"]),
        ("averylongpath/without/blanks here", ["averylongpath/without/blanks", "  here"]),
        (f"seed: wrong. Write: {COMMAND}", ["seed:", "  wrong.", "  Write:", f"  {COMMAND}"]),
        ("no module: pip install timm torch", ["no module:", "  pip install timm torch"]),
    ],
)
def test_long_text_is_broken_between_words_and_a_command_at_its_end_stands_alone(text, lines):
    assert fitted(text, 19 if text.startswith("short") else 10, indent=2) == lines


@pytest.mark.parametrize(("number", "text"), [(0, "0.0 MB"), (6.04e6, "6.0 MB"), (1.42e8, "142 MB"), (1.2e9, "1.2 GB")])
def test_size_is_said_as_a_person_says_it(number, text):
    assert size(number) == text


def test_table_has_texts_to_the_left_and_numbers_to_the_right():
    lines = laid_out({"class": ["a", "b"], "epochs": ["9", "10"]}, {"all": ["1", "1,000"]}, to_the_right=["epochs"])
    assert lines == ["class  epochs    all", "a           9      1", "b          10  1,000"]
