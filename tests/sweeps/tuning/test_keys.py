"""Which keys runs have that choose one option or another."""

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.sweeps.tuning.keys import Keys
from cnnlab.sweeps.tuning.space import read_space
from tests.sweeps.tuning.tuning_maker import BASE

OPTIMIZERS = {"adam": {"lr": 0.001}, "momentum": {"lr": 0.1, "momentum": 0.9}}


def compose(words):
    """Compose as Hydra does, of one group, and another one without an option by default."""
    values = dict(word.split("=") for word in words)
    head = {key: values.pop(key) for key in list(values) if key.startswith("head")}
    if head and head.get("head") != "svm":
        raise ConfigError("head: none is chosen, or there is no such.")
    name = values.pop("optimizer", "adam")
    if name not in OPTIMIZERS:
        raise ConfigError(f"optimizer: no {name}.")
    plain = {"optimizer": {"name": name, **OPTIMIZERS[name]}, "epochs": 2, **({"head": {"C": 1.0}} if head else {})}
    if unknown := [key for key in values if key != "epochs" and key.partition(".")[2] not in plain["optimizer"]]:
        raise ConfigError(f"{unknown[0]}: unknown key.")
    return plain


SPACE = read_space(
    [
        "optimizer=adam,momentum", "optimizer.momentum=uniform(0,1)", "optimizer.lr=log(0.1,1)", "head=svm,ridge",
        "head.C=log(0.1,1)", "epochs=int(1,2)",
    ]
)  # fmt: skip
KEYS = Keys(BASE, compose, SPACE)


@pytest.mark.parametrize(
    ("values", "key", "expected"),
    [
        ({"optimizer": "momentum"}, "optimizer.momentum", True),
        ({"optimizer": "adam"}, "optimizer.momentum", False),
        ({}, "optimizer.lr", True),
        ({"optimizer": "unknown"}, "optimizer.momentum", True),  # that run is refused, with a reason
        ({"optimizer.lr": "0.1"}, "epochs", True),
        ({}, "head", True),
        ({"head": "svm"}, "head.C", True),
        ({}, "head.C", False),
    ],
)
def test_key_belongs_to_the_options_that_have_it(values, key, expected):
    assert KEYS.takes(values, key) is expected


def test_space_in_which_some_option_has_each_key_is_right():
    KEYS.check(SPACE.axes)


def test_key_that_no_option_has_is_told():
    with pytest.raises(ConfigError, match=r"^optimizer\.momentum: unknown key\.$"):
        check("optimizer.momentum=uniform(0,1)")
    with pytest.raises(ConfigError, match=r"^optimizer\.rate: unknown key\.$"):
        check("optimizer=adam,momentum", "optimizer.rate=uniform(0,1)")
    with pytest.raises(ConfigError, match=r"^head: none is chosen, or there is no such\.$"):
        check("head.C=log(0.1,1)")


def check(*words):
    space = read_space(words)
    Keys(BASE, compose, space).check(space.axes)
