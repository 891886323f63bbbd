"""What a sweep calls its study and its baseline."""

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.sweeps.naming import baseline_of, called_baseline, decided_name, study_name
from cnnlab.sweeps.points import FOLD, expand


def points(axes):
    return expand({"": ()}, {key: [f"{key}={value}" for value in values] for key, values in axes.items()}, [], [])


@pytest.mark.parametrize(
    ("configured", "axes", "name"),
    [
        (None, {"optimizer": "ab", "loss": "cd", "seed": "01"}, "optimizer-loss"),
        (None, {"seed": "01"}, "seed"),
        (None, {"optimizer": "ab", FOLD: "12"}, "optimizer-fold"),
        ("mine", {"optimizer": "ab", FOLD: "12"}, "mine-fold"),
        (None, {FOLD: "12"}, "fold"),
        (None, {}, "sweep"),
        ("mine", {"optimizer": "ab"}, "mine"),
    ],
)
def test_study_is_named_as_configured_or_after_what_is_swept(configured, axes, name):
    assert study_name(configured, points(axes)) == name
    assert decided_name(name) == f"{name}-decided"


def test_baseline_that_was_typed_has_to_be_there_and_a_studys_own_need_not():
    arms = ["optimizer=sgd", "optimizer=adam"]
    assert called_baseline("adam", arms, is_typed=True) == "optimizer=adam"
    assert called_baseline(None, arms, is_typed=False) is None
    assert called_baseline("nadam", arms, is_typed=False) is None
    with pytest.raises(ConfigError, match=r"^baseline: unknown arm 'nadam'\."):
        baseline_of("cnnlab -m baseline=nadam", "nadam", arms)


def test_baseline_of_a_study_that_is_not_in_the_grid_is_told(capsys):
    assert baseline_of("cnnlab -m experiment=mine", "nadam", ["optimizer=sgd"]) is None
    note = "note     baseline: no arm 'nadam' in this grid; so the question is which arm is the best\n"
    assert capsys.readouterr().out == note
