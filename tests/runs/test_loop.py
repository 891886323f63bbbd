import re
import signal
import subprocess
import sys

import pytest
import torch

from cnnlab.outputs.status import read_status
from cnnlab.runs.run import execute
from tests.conftest import tiny
from tests.runs.trained import only_run, weights

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def test_patience_ends_training_early(capsys):
    outcome = execute(tiny("epochs=50", "patience=1", "optimizer.lr=1e-12"))
    assert outcome.summary["epochs_trained"] < 50
    assert outcome.summary["stop_reason"] == "no better validation accuracy for an epoch (patience)"
    assert "stopped after epoch 2: no better validation accuracy for an epoch (patience)" in capsys.readouterr().out


def test_watched_test_curve_is_recorded_and_selects_nothing():
    watched, plain = execute(tiny("watch_test=true")), execute(tiny())
    assert all(row["test_accuracy"] for row in watched.folder.read_rows("metrics.csv"))
    torch.testing.assert_close(weights(watched.folder), weights(plain.folder), rtol=0, atol=0)


def test_ctrl_c_ends_at_an_epoch_border_with_everything_saved():
    command = [sys.executable, "-m", "cnnlab", "train", "epochs=500", "plots=false", "model.width=0.05"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for line in process.stdout:
        if line.startswith("epoch"):
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    folder = only_run()
    assert process.returncode == 130
    assert out.splitlines()[-1] == f"  cnnlab resume outputs/runs/{folder.run_id}"
    assert err == ""
    assert folder.load_checkpoint("last.pt")["epoch"] == len(folder.read_rows("metrics.csv"))
    assert read_status(folder)["status"] == "interrupted"


def test_warm_up_of_a_compiled_model_is_told(monkeypatch, capsys):
    monkeypatch.setattr(torch.nn.Module, "compile", lambda self: None)  # takes half a minute
    execute(tiny("compile=true"))
    assert re.search(r"^compiled in \d+\.\d s, the first step's time$", capsys.readouterr().out, re.MULTILINE)
