"""Which keys runs have that choose one option or another."""

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.sweeps.tuning.keys import Keys
from cnnlab.sweeps.tuning.space import read_space
from tests.sweeps.tuning.tuning_maker import BASE

OPTIMIZERS = {"adam": {"lr": 0.001}, "momentum": {"lr": 0.1, "momentum": 0.9}}


def compose(words):
    """Compose as Hydra does, of one group."""
    values = dict(word.split("=") for word in words)
    name = values.pop("optimizer", "adam")
    if name not in OPTIMIZERS:
        raise ConfigError(f"optimizer: no {name}.")
    plain = {"optimizer": {"name": name, **OPTIMIZERS[name]}, "epochs": 2}
    if unknown := [key for key in values if key != "epochs" and key.partition(".")[2] not in plain["optimizer"]]:
        raise ConfigError(f"{unknown[0]}: unknown key.")
    return plain


KEYS = Keys(BASE, compose)


@pytest.mark.parametrize(
    ("values", "key", "expected"),
    [
        ({"optimizer": "momentum"}, "optimizer.momentum", True),
        ({"optimizer": "adam"}, "optimizer.momentum", False),
        ({}, "optimizer.lr", True),
        ({"optimizer": "unknown"}, "optimizer.momentum", True),  # that run is refused, with a reason
        ({"optimizer.lr": "0.1"}, "epochs", True),
    ],
)
def test_key_belongs_to_the_options_that_have_it(values, key, expected):
    assert KEYS.takes(values, key) is expected


def test_space_in_which_some_option_has_each_key_is_right():
    KEYS.check(read_space(["optimizer=adam,momentum", "optimizer.momentum=uniform(0,1)", "optimizer.lr=log(0.1,1)"]))


def test_key_that_no_option_has_is_told():
    with pytest.raises(ConfigError, match=r"^optimizer\.momentum: unknown key\.$"):
        KEYS.check(read_space(["optimizer.momentum=uniform(0,1)"]))
    with pytest.raises(ConfigError, match=r"^optimizer\.rate: unknown key\.$"):
        KEYS.check(read_space(["optimizer=adam,momentum", "optimizer.rate=uniform(0,1)"]))
