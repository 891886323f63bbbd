import re

import pytest
from torch import nn

from cnnlab.base.errors import ConfigError
from cnnlab.networks.transfer.heads import HEADS, is_trained
from cnnlab.networks.transfer.solved_heads import NearestNeighbours


def test_linear_is_the_one_that_is_trained_in_steps():
    assert [name for name in HEADS if is_trained(name)] == ["linear"]
    assert isinstance(HEADS["linear"](4, 3), nn.Linear)


def test_binary_svm_refuses_more_classes():
    message = r"head: svm_binary tells two classes apart, got 3\. Name one: dataset\.binary=<class>, or use head=svm\."
    with pytest.raises(ConfigError, match=message):
        HEADS["svm_binary"](4, 3)


@pytest.mark.parametrize(("factory", "trained"), [(nn.Linear, True), (NearestNeighbours, False), (HEADS["knn"], False)])
def test_head_is_solved_at_once_if_what_its_factory_makes_is(factory, trained, monkeypatch):
    monkeypatch.setitem(HEADS, "mine", factory)
    assert is_trained("mine") == trained


def unreadable(num_features: int, num_classes: int) -> "Head":  # noqa: F821 - imported for type checkers alone
    """Nobody can tell."""


@pytest.mark.parametrize(
    ("factory", "message"),
    [
        (lambda num_features, num_classes: nn.Linear(num_features, num_classes), "its factory has to say what it retu"),
        (
            unreadable,
            "its signature cannot be read, NameError: name 'Head' is not defined. Import what its annotations nam",
        ),
    ],
)
def test_head_whose_factory_does_not_say_what_it_makes_is_refused(factory, message, monkeypatch):
    monkeypatch.setitem(HEADS, "mine", factory)
    with pytest.raises(ConfigError, match=rf"^head \(mine\): {re.escape(message)}"):
        is_trained("mine")
