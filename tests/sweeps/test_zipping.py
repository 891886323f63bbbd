"""Which axes go in step, and what is no such group."""

import re

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.sweeps.points import expand
from cnnlab.sweeps.zipping import read_zips

KEYS = ["optimizer", "optimizer.lr", "activation", "seed"]
PAIRS = "zip: pairs swept keys, two or more separated by commas"


def axes(**values):
    return {key: [f"{key}={value}" for value in own] for key, own in values.items()}


def test_groups_are_read_as_typed():
    assert read_zips(["optimizer, optimizer.lr"], KEYS) == [("optimizer", "optimizer.lr")]


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("optimizer", f"{PAIRS}, got 'optimizer'. Write zip=<key>,<key>."),
        ("optimizer,", f"{PAIRS}, got 'optimizer,'. Write zip=<key>,<key>."),
        (
            "optimiser,activation",
            "zip: 'optimiser' is not swept. Did you mean 'optimizer'? "
            "Swept: optimizer, optimizer.lr, activation, seed.",
        ),
        ("activation,activation", "zip: activation appears twice in activation,activation. Name each key once."),
        (
            "optimizer,seed",
            "zip: seeds repeat every arm, so that they cannot go in step with a setting, got optimizer,seed. "
            "Leave seed out.",
        ),
        (
            "optimizer,dataset.fold",
            "zip: every arm is trained on all folds, so that they cannot go in step with a setting, got "
            "optimizer,dataset.fold. Leave dataset.fold out.",
        ),
    ],
)
def test_what_is_no_group_is_told(written, problem):
    with pytest.raises(ConfigError, match=f"^{re.escape(problem)}$"):
        read_zips([written], KEYS)


def test_where_nothing_is_swept_the_message_says_how_to():
    with pytest.raises(ConfigError, match=r"^zip: 'optimizer' is not swept\. Give it several values: optimizer=a,b\n"):
        read_zips(["optimizer,activation"], [])


def test_key_in_two_groups_is_told_with_both():
    groups = r"optimizer,optimizer\.lr and activation,optimizer"
    with pytest.raises(ConfigError, match=rf"^zip: optimizer is in two groups, {groups}\. Put all that go in step"):
        read_zips(["optimizer,optimizer.lr", "activation,optimizer"], KEYS)


def test_axes_of_a_group_go_in_step_and_are_crossed_with_the_others():
    own = axes(lr=["0.1", "0.01"], activation=["relu", "tanh"], optimizer=["sgd", "adam"], seed=["0", "1"])
    points = expand({"": ()}, own, [], list(own), zips=[("optimizer", "lr")])
    assert [point.label for point in points] == [
        f"lr={lr} optimizer={o} activation={a} seed={seed}"
        for seed in "01"
        for lr, o in (("0.1", "sgd"), ("0.01", "adam"))
        for a in ("relu", "tanh")
    ]


def test_several_groups_are_crossed_with_each_other():
    own = axes(a=["1", "2"], b=["3", "4"], c=["5", "6"], d=["7", "7"])
    points = expand({"": ()}, own, [], list(own), zips=[("a", "c"), ("b", "d")])
    assert [point.arm for point in points] == [
        "a=1 c=5 b=3 d=7", "a=1 c=5 b=4 d=7", "a=2 c=6 b=3 d=7", "a=2 c=6 b=4 d=7",
    ]  # fmt: skip


def test_added_key_is_named_without_its_sign():
    points = expand({"": ()}, {"+x": ["+x=1", "+x=2"], "y": ["y=3", "y=4"]}, [], ["x", "y"], zips=[("x", "y")])
    assert [point.overrides for point in points] == [["+x=1", "y=3"], ["+x=2", "y=4"]]


def test_axes_of_different_lengths_are_told_with_both():
    message = (
        r"^zip: axes that go in step need as many values each, got: a has 2, b has 3\. "
        r"A value may stand more than once\.$"
    )
    with pytest.raises(ConfigError, match=message):
        expand({"": ()}, axes(a="12", b="345", c="6"), [], [], zips=[("a", "b")])
