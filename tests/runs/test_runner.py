"""Runs one after the other, in a process that does nothing else."""

import pytest

from cnnlab.base.stopping import Stop
from cnnlab.config.run_config import to_plain
from cnnlab.data.library import DataLibrary
from cnnlab.outputs.files import RUNS
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs import runner
from cnnlab.runs.outcome import Outcome
from cnnlab.runs.runner import Runner
from tests.conftest import composed, tiny

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def test_run_is_carried_out_and_says_how_many_shared_the_machine():
    plain = to_plain(tiny("epochs=1"))
    assert Runner(Stop()).carry_out(plain, ["epochs=1"], num_at_once=3) == Outcome(0)
    (folder,) = map(RunFolder, RUNS.iterdir())
    assert folder.read_environment()["num_at_once"] == 3


def test_wrong_configuration_is_an_outcome():
    outcome = Runner(Stop()).carry_out(composed() | {"seed": -1}, [], num_at_once=1)
    assert outcome == Outcome(2, "seed: must be >= 0, got -1.")


def test_processes_together_hold_a_quarter_of_the_memory(monkeypatch):
    limits = []
    monkeypatch.setattr(runner, "free_memory_bytes", lambda: 800)
    monkeypatch.setattr(runner, "DataLibrary", lambda *, limit: limits.append(limit) or DataLibrary())
    Runner(Stop(), num_sharing=4)
    assert limits == [50]
