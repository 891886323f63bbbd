"""Which points conditions leave out, and what is no such condition."""

import re

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.sweeps.exclusions import idle, left, read_exclusions
from cnnlab.sweeps.points import expand

AXES = {
    "optimizer": ["optimizer=sgd", "optimizer=adam"],
    "optimizer.lr": ["optimizer.lr=0.1", "optimizer.lr=0.001"],
    "seed": ["seed=0", "seed=1"],
}


def grid(axes=AXES, arms=None, shared=("epochs=3",)):
    return expand(arms or {"": ()}, axes, shared, [*axes, *(text.partition("=")[0] for text in shared)])


def labels(*written, points=None):
    """Return what is left of a grid, seed 0 alone."""
    points = grid() if points is None else points
    return [point.label for point in left(points, read_exclusions(written, points)) if "seed=1" not in point.label]


@pytest.mark.parametrize("lr", ["0.1", "0.10", "1e-1", "'.1'", "0.1|7"])
def test_point_is_left_out_where_all_conditions_hold_whatever_a_number_is_written_like(lr):
    assert labels(f"optimizer=sgd  optimizer.lr={lr}") == [
        "optimizer=sgd optimizer.lr=0.001 seed=0",
        "optimizer=adam optimizer.lr=0.1 seed=0",
        "optimizer=adam optimizer.lr=0.001 seed=0",
    ]


def test_any_of_several_values_will_do_and_any_of_several_exclusions():
    assert labels("optimizer=sgd|momentum", "optimizer=adam optimizer.lr=0.1") == [
        "optimizer=adam optimizer.lr=0.001 seed=0"
    ]


@pytest.mark.parametrize(
    ("typed", "condition"),
    [("true", "True"), ("[8,16]", "[8, 16]"), ("null", "NULL"), ('"a b"', "a b"), ("1e-3", "0.001"), ("cat", "cat")],
)
def test_values_are_compared_as_they_are_meant(typed, condition):
    points = grid({"key": [f"key={typed}", "key=other"]}, shared=())
    assert labels(f'"key={condition}"', points=points) == ["key=other"]


def test_seed_may_be_a_condition():
    points = grid()
    kept = left(points, read_exclusions(["optimizer=sgd seed=1"], points))
    assert [point.arm for point in kept if point.seed == "seed=1"] == [
        "optimizer=adam optimizer.lr=0.1", "optimizer=adam optimizer.lr=0.001",
    ]  # fmt: skip


def test_named_arm_may_be_a_condition_but_not_what_it_sets():
    points = grid({"activation": ["activation=relu", "activation=tanh"]}, {"slow": ["optimizer=sgd"], "fast": []})
    assert labels("arm=slow activation=tanh", points=points) == [
        "slow activation=relu", "fast activation=relu", "fast activation=tanh",
    ]  # fmt: skip
    message = r"^exclude: optimizer is a setting of named arms, not swept\. Name the arms: arm=<name>$"
    with pytest.raises(ConfigError, match=message):
        read_exclusions(["optimizer=sgd"], points)


EXAMPLE = "Write exclude='optimizer=sgd activation=tanh|relu'."


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("sgd", f"exclude: takes conditions separated by spaces, got 'sgd'. {EXAMPLE}"),
        ("optimizer=", f"exclude: takes conditions separated by spaces, got 'optimizer='. {EXAMPLE}"),
        ("optimizer='sgd", f'exclude: takes conditions separated by spaces, got "optimizer=\'sgd". {EXAMPLE}'),
        (
            "optimizer=sgd optimizer=adam",
            "exclude: optimizer appears twice in 'optimizer=sgd optimizer=adam', and a point has one value. " + EXAMPLE,
        ),
        (
            "optimizer=sgd,adam",
            "exclude: values of a condition are separated by |, got optimizer=sgd,adam. Write optimizer=sgd|adam",
        ),
        (
            "optimiser=sgd",
            "exclude: 'optimiser' is not swept. Did you mean 'optimizer'? Swept: optimizer, optimizer.lr, seed.",
        ),
        (
            "dataset.fold=2",
            "exclude: every arm is trained on all folds, which are parts of one set. Leave dataset.fold out.",
        ),
    ],
)
def test_what_is_no_condition_is_told(text, problem):
    with pytest.raises(ConfigError, match=f"^{re.escape(problem)}$"):
        read_exclusions([text], grid())


def test_exclusions_that_leave_nothing_are_told():
    points = grid()
    message = r"^exclude: leaves no point of 8, got 'epochs=3'\. Exclude less or sweep wider\.$"
    with pytest.raises(ConfigError, match=message):
        left(points, read_exclusions(["epochs=3"], points))


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("optimizer=sgd", []),
        ("optimizer=adm", ["exclude: no point has optimizer=adm. Did you mean 'adam'? There is: sgd, adam."]),
        ("optimizer=sgd|rmsprop", ["exclude: no point has optimizer=rmsprop. There is: sgd, adam."]),
        ("epochs=5 optimizer=sgd", ["exclude: no point has epochs=5. There is: 3."]),
    ],
)
def test_value_that_no_point_has_is_noted(text, notes):
    points = grid()
    assert list(idle(points, read_exclusions([text], points))) == notes


def test_values_that_no_point_has_together_are_noted():
    axes = {key: AXES[key] for key in ("optimizer", "optimizer.lr")}
    points = expand({"": ()}, axes, [], [], zips=[tuple(axes)])
    found = read_exclusions(["optimizer=sgd optimizer.lr=0.001"], points)
    assert list(idle(points, found)) == ["exclude: no point has all of optimizer=sgd optimizer.lr=0.001."]
    assert len(left(points, found)) == 2
