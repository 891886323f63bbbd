"""Messages of errors: all problems at once, names that are not known with the nearest."""

import pytest

from cnnlab.base.errors import ConfigError, did_you_mean, unknown


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
