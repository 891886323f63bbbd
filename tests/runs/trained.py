"""Runs that were trained, and what they have left."""

from pathlib import Path

import torch

from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.run import execute
from tests.conftest import interrupted_after, tiny

TIMES = ("seconds", "images_per_second")


def metrics_without_times(folder):
    """Return the rows of metrics.csv without what no two trainings have in common."""
    return [{key: value for key, value in row.items() if key not in TIMES} for row in folder.read_rows("metrics.csv")]


def weights(folder):
    """Return the selected weights of a finished run."""
    return folder.load_checkpoint("best.pt")["model"]


def equal_results(one, other):
    """See that two runs have the same weights, bit for bit, and tell whether they have the same metrics."""
    torch.testing.assert_close(weights(one), weights(other), rtol=0, atol=0)
    return metrics_without_times(one) == metrics_without_times(other)


def only_run():
    """Return the one run that was begun in this folder."""
    (path,) = Path("outputs/runs").iterdir()
    return RunFolder(path)


def interrupted(*options):
    """Return a run of three epochs that was stopped after the first, with a checkpoint."""
    with interrupted_after(1):
        execute(tiny("checkpoint_seconds=0", "epochs=3", *options))
    return only_run()
