"""Messages of errors: all problems at once, names that are not known with the nearest."""

import pytest

from cnnlab.base.errors import (
    LONGEST,
    Busy,
    CnnlabError,
    ConfigError,
    Interrupted,
    brief,
    did_you_mean,
    unknown,
)


def test_message_has_a_line_for_every_problem():
    error = ConfigError("seed: must be >= 0, got -1.", "epochs: must be >= 0, got -2.")
    assert error.problems == ("seed: must be >= 0, got -1.", "epochs: must be >= 0, got -2.")
    assert str(error) == "seed: must be >= 0, got -1.\nepochs: must be >= 0, got -2."


def test_unknown_name_comes_with_the_nearest_and_all_known_ones_in_order():
    assert unknown("rellu", ["tanh", "relu"]) == "unknown 'rellu'. Did you mean 'relu'? Known: relu, tanh."
    assert unknown("x", ["tanh", "relu"], noun="activation") == "unknown activation 'x'. Known: relu, tanh."


@pytest.mark.parametrize(("name", "question"), [("dgo", " Did you mean 'dog'?"), ("horse", "")])
def test_question_is_asked_where_something_is_near(name, question):
    assert did_you_mean(name, ["cat", "dog"]) == question


def test_long_value_is_cut_and_a_short_one_shown():
    assert brief("relu") == "'relu'"
    assert brief("x" * LONGEST, str) == "x" * LONGEST
    assert brief("x" * 100_000, str) == "x" * LONGEST + " …"


def test_number_that_python_does_not_write_is_named():
    assert brief(16**5000) == "a number of thousands of digits"


def test_unknown_name_is_cut_where_it_is_long():
    assert unknown("x" * 300, ["tanh"]) == f"unknown '{'x' * LONGEST} …'. Known: tanh."


def test_value_that_is_nested_too_deep_to_be_written_is_named():
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    assert brief(nested) == "what is nested too deep to be shown"


def test_what_cnnlab_says_is_caught_as_one():
    assert issubclass(ConfigError, CnnlabError)
    assert issubclass(Busy, CnnlabError)
    assert not issubclass(Interrupted, CnnlabError)
