"""`fair=`: keys with ranges, or what is wrong with them."""

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.sweeps.fair.words import read_fair
from cnnlab.sweeps.points import Point

POINTS = [Point("", (), (), (f"optimizer={name}",), "seed=0") for name in ("sgd", "adam")]


def test_keys_stand_between_spaces_or_in_several_words():
    one = read_fair(["optimizer.lr=log(1e-4, 1) optimizer.weight_decay=log(1e-6,1e-2)  loss=mse,l1"], POINTS)
    assert {key: axis.written for key, axis in one.axes.items()} == {
        "optimizer.lr": "log(0.0001,1)", "optimizer.weight_decay": "log(1e-06,0.01)", "loss": "mse,l1",
    }  # fmt: skip
    assert one == read_fair(["optimizer.lr=log(1e-4,1)", "optimizer.weight_decay=log(1e-6,1e-2) loss=mse,l1"], POINTS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "log(1e-4,1)",
            r"takes keys with ranges or lists, got log\(1e-4,1\)\. Write fair='optimizer\.lr=log\(1e-4,1\)'\.",
        ),
        ("optimizer.lr=0.1", r"optimizer\.lr: has one value, got 0\.1\. List several, or write 'optimizer\.lr=log"),
        ("optimizer=sgd,muon", "optimizer is swept, so that it tells arms apart, got sgd,muon too. Leave one of them"),
        ("seed=0,1", "seed is not tuned, got 0,1. Leave it out: trials have a seed of their own."),
        ("dataset.fold=1,2", "dataset.fold is not tuned, got 1,2. Leave it out"),
    ],
)
def test_what_is_no_space_is_told(text, message):
    with pytest.raises(ConfigError, match=f"^fair: {message}"):
        read_fair([text], POINTS)
