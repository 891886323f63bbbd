"""How much settings matter: what decides is told from what does nothing, and few trials from many."""

import numpy as np
import pytest

from cnnlab.sweeps.tuning.design import Tried
from cnnlab.sweeps.tuning.importance import LEAST, importances
from cnnlab.sweeps.tuning.sampling import Trial
from cnnlab.sweeps.tuning.space import read_space

SPACE = read_space(["lr=log(1e-4,1)", "optimizer=sgd,adam", "momentum=uniform(0,1)"])


def trials(num, *, accuracy, seed=0):
    """Return trials at random; adam has no momentum."""
    draw, found = np.random.default_rng(seed), []
    for number in range(num):
        name = str(draw.choice(["sgd", "adam"]))
        values = {"lr": SPACE.axes["lr"].text(10 ** draw.uniform(-4, 0)), "optimizer": name}
        values |= {"momentum": f"{draw.uniform():.4f}"} if name == "sgd" else {}
        found.append(Tried(Trial(number, values), "", "finished", accuracy(values, draw), None))
    return found


def test_setting_that_decides_has_nearly_all_and_the_others_no_more_than_chance():
    found = importances(SPACE, trials(30, accuracy=lambda values, _: SPACE.axes["lr"].place(values["lr"])))
    assert found[0].key == "lr"
    assert found[0].low <= found[0].share <= found[0].high
    assert found[0].share > 0.7
    assert [one.is_clear for one in found] == [True, False, False]


def test_of_noise_nothing_is_clear():
    noise = [trials(20, accuracy=lambda _, draw: draw.uniform(), seed=seed) for seed in range(2)]
    clear = [one.is_clear for tried in noise for one in importances(SPACE, tried)]
    assert sum(clear) <= 1  # of 6


def test_few_trials_say_nothing_and_diverged_ones_count():
    few = trials(LEAST - 1, accuracy=lambda values, _: 0.5)
    assert importances(SPACE, few) == []
    diverged = Tried(Trial(LEAST, {"lr": "0.9", "optimizer": "adam"}), "", "diverged", None, None)
    assert len(importances(SPACE, [*few, diverged])) == 3


def test_equal_accuracies_give_no_setting_a_share():
    found = importances(SPACE, trials(12, accuracy=lambda *_: 0.5))
    assert [one.share for one in found] == pytest.approx([0, 0, 0])
    assert not any(one.is_clear for one in found)
