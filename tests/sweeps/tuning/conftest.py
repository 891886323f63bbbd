"""Runs of tunings that end at once, the better the nearer their rate is to 0.01."""

import math

import pytest

from cnnlab.config.load import load
from cnnlab.runs import job
from tests.conftest import at_once
from tests.sweeps.sweep_maker import ended


@pytest.fixture
def searched(in_empty_folder, monkeypatch):
    """Take the place of training; return the optimizer, the rate and the seed of each run, in order."""
    runs = []

    def run(plain, overrides, **_):
        config = load(plain)
        rate = config.optimizer.options["lr"]
        runs.append((config.optimizer.name, rate, config.seed))
        accuracy = 1 / (1 + abs(math.log10(rate / 0.01)))
        ended(config, "diverged" if rate > 0.9 else "finished", accuracy=0.7 + config.seed / 100, val_accuracy=accuracy)
        return 0

    monkeypatch.setattr(job, "run", at_once(run))
    return runs
