"""Trials that are proposed: the same for the same answers, inside the space, with the keys that a run has."""

import re
import sys
from pathlib import Path
from typing import get_args

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.sweeps.tuning.sampling import NUM_FIRST, REQUIREMENTS, Kind, Sampler, optuna_module, takes_all
from cnnlab.sweeps.tuning.space import read_space

WORDS = ("optimizer.lr=log(1e-4,1)", "optimizer=sgd,adam", "optimizer.momentum=uniform(0,0.9)", "model.depth=int(1,4)")
SPACE = read_space(WORDS)


def takes(values, key):
    """Adam has no momentum."""
    return key != "optimizer.momentum" or values["optimizer"] == "sgd"


def accuracy(values):
    """Best at a rate of 0.01."""
    return 1 / (1 + abs(SPACE.axes["optimizer.lr"].place(values["optimizer.lr"]) - 0.5))


def led(kind, *, num=24, seed=0, space=SPACE, takes=takes):
    """Return the trials of a sampler that is told of each before the next."""
    sampler = Sampler(space, kind=kind, seed=seed, num_trials=num, takes=takes)
    trials = []
    while sampler.num_left:
        trial = sampler.ask()
        trials.append(trial)
        sampler.tell(trial.number, accuracy(trial.values))
    return trials


@pytest.mark.parametrize("kind", get_args(Kind))
def test_trials_lie_in_the_space_and_have_the_keys_that_a_run_has(kind):
    trials = led(kind)
    assert [trial.number for trial in trials] == list(range(len(trials)))
    for trial in trials:
        has_momentum = trial.values["optimizer"] == "sgd"
        assert [*trial.values] == [key for key in SPACE.axes if has_momentum or key != "optimizer.momentum"]
        assert 1e-4 <= float(trial.values["optimizer.lr"]) <= 1
        assert trial.values["model.depth"] in ("1", "2", "3", "4")


@pytest.mark.parametrize("kind", get_args(Kind))
def test_same_answers_lead_to_the_same_trials(kind):
    assert led(kind) == led(kind)


@pytest.mark.parametrize("kind", ["tpe", "random", "cmaes", "qmc"])
def test_another_seed_leads_to_other_trials(kind):
    assert led(kind, seed=1) != led(kind)


def test_grid_has_each_point_once_and_as_many_levels_as_fit():
    trials = led("grid", num=20)
    assert len({tuple(trial.values.items()) for trial in trials}) == len(trials) == 12  # sgd 2 x 2 x 2, adam 2 x 2
    rates = {
        trial.values["optimizer.lr"] for trial in led("grid", num=9, space=read_space(["optimizer.lr=log(1e-4,1)"]))
    }
    assert len(rates) == 9


def test_grid_of_too_few_trials_is_refused():
    message = r"^sampler: a grid with two values of each range has 16 points, got trials=9\. Give more trials, or take "
    with pytest.raises(ConfigError, match=message):
        Sampler(SPACE, kind="grid", seed=0, num_trials=9)


@pytest.mark.parametrize(("kind", "num"), [("random", 24), ("qmc", 24), ("tpe", NUM_FIRST), ("cmaes", NUM_FIRST)])
def test_trials_that_do_not_depend_on_others_may_be_asked_for_at_once(kind, num):
    sampler = Sampler(SPACE, kind=kind, seed=0, num_trials=24)
    assert sampler.num_ahead == num
    at_once = [sampler.ask() for _ in range(num)]
    assert at_once == led(kind, takes=takes_all)[:num]
    assert sampler.num_ahead == 0


def test_trials_that_fail_diverge_or_are_pruned_lead_on():
    sampler = Sampler(SPACE, seed=0, num_trials=40)
    for place, (told, pruned_at) in enumerate([(None, None), (float("nan"), None), (0.5, 3), (0.0, None)] * 10):
        assert sampler.ask().number == place
        sampler.tell(place, told, pruned_at=pruned_at)
    assert {trial.state.name for trial in sampler.trials()} == {"FAIL", "PRUNED", "COMPLETE"}


def test_tpe_comes_nearer_to_the_best_rate_than_chance():
    def distance(kind):
        return sum(1 / accuracy(trial.values) - 1 for trial in led(kind, num=40)[20:]) / 20

    assert distance("tpe") < distance("random") / 1.5


def test_without_optuna_the_command_that_installs_it_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    command = f"{sys.executable} -m pip install 'optuna>=5,<6' 'cmaes>=0.12'"
    with pytest.raises(
        ConfigError, match=rf"^tune: Optuna is not installed \(.*\)\. Install it: {re.escape(command)}$"
    ):
        optuna_module()


def test_extra_asks_for_the_same_packages():
    text = (Path(__file__).parents[3] / "pyproject.toml").read_text()
    listed = ", ".join(f'"{requirement}"' for requirement in REQUIREMENTS)
    assert f"tune = [{listed}]" in text.splitlines()
