"""Runs that are ended early by those who asked for them."""

import pytest
import torch

from cnnlab.outputs.status import read_status
from cnnlab.runs.judging import reaches_bar
from cnnlab.runs.run import execute
from tests.conftest import tiny
from tests.runs.trained import weights


@pytest.mark.parametrize(
    ("epoch", "accuracy", "expected"),
    [(0, 0, True), (1, 0, True), (2, 0.5, True), (2, 0.49, False), (3, 1, False), (4, 0, True)],
)
def test_run_has_to_reach_the_bar_of_its_epoch(epoch, accuracy, expected):
    assert reaches_bar((None, 0.5, 1.1), epoch, accuracy) is expected


def test_pruned_run_keeps_its_checkpoint_and_goes_on_to_what_it_would_have_been(in_empty_folder, capsys):
    pruned = execute(tiny("epochs=4", "prune_below=[null,1]"))
    assert (pruned.status, pruned.summary) == ("pruned", {})
    assert "pruned after epoch 2: " in capsys.readouterr().out
    assert read_status(pruned.folder)["epoch"] == 2
    assert len(pruned.folder.read_rows("metrics.csv")) == 2
    again = execute(tiny("epochs=4", "prune_below=[null,1]"))  # killed before it could say so
    assert (again.status, len(again.folder.read_rows("metrics.csv"))) == ("pruned", 2)
    resumed = execute(tiny("epochs=4"))
    assert (resumed.status, resumed.folder.path) == ("finished", pruned.folder.path)
    assert resumed.folder.read_config()["prune_below"] is None
    resumed_weights = weights(resumed.folder)
    unbroken = execute(tiny("epochs=4", "rerun=true"))
    torch.testing.assert_close(resumed_weights, weights(unbroken.folder), rtol=0, atol=0)


def test_run_that_reaches_its_bars_is_as_without_them(in_empty_folder):
    judged = execute(tiny("prune_below=[0,0]"))
    judged_weights = weights(judged.folder)
    plain = execute(tiny("rerun=true"))
    torch.testing.assert_close(judged_weights, weights(plain.folder), rtol=0, atol=0)
