"""Whole commands on a GPU: the same bits again, alone and abreast, cut and whole; and what is said of the others."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from cnnlab.config.load import load
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.run import execute
from tests.conftest import composed, interrupted_after
from tests.runs.trained import equal_results

pytestmark = [pytest.mark.cuda, pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")]

SMALL = (
    "dataset=synthetic", "dataset.num_images=1500", "dataset.num_classes=3", "dataset.image_size=16", "model.width=0.2",
    "epochs=3", "batch_size=32", "plots=false", "device=cuda", "augmentation=flip_crop",
)  # fmt: skip


def cnnlab(*args, folder="."):
    Path(folder).mkdir(exist_ok=True)
    command = [sys.executable, "-m", "cnnlab", *args]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return done.stdout


def runs(folder="."):
    """Return the runs of a folder by their ids."""
    return {path.name: RunFolder(path) for path in Path(folder, "outputs", "runs").iterdir()}


def test_runs_abreast_come_to_the_same_as_each_alone_and_show_no_seconds(in_empty_folder):
    arms = ("optimizer=adam,momentum,rmsprop", "seed=0,1", "ema=0.99", "model=cnn6,resnet18", "study=arms")
    cnnlab("-m", *SMALL, *arms, "hydra.launcher.abreast=8", folder="abreast")
    cnnlab("-m", *SMALL, *arms, "hydra.launcher.abreast=1", folder="alone")
    abreast, alone = runs("abreast"), runs("alone")
    assert abreast.keys() == alone.keys()
    assert len(abreast) == 12
    for name in alone:
        assert equal_results(abreast[name], alone[name])
        assert abreast[name].predictions.read_bytes() == alone[name].predictions.read_bytes()
    assert max(run.read_environment()["abreast"] for run in abreast.values()) == 8
    assert all("abreast" not in run.read_environment() for run in alone.values())
    assert "Trained beside other runs on one GPU, so without seconds" in cnnlab("report", "arms", folder="abreast")


def test_run_that_was_stopped_and_resumed_comes_to_the_same(in_empty_folder, monkeypatch):
    config = load(composed(*SMALL, "ema=0.9", "checkpoint_seconds=0"))
    with interrupted_after(1):
        execute(config, runs=Path("cut"))
    cut = execute(config, runs=Path("cut")).folder
    cnnlab("train", *SMALL, "ema=0.9", folder="whole")  # in another process
    (whole,) = runs("whole").values()
    assert equal_results(cut, whole)


def test_data_that_does_not_lie_on_the_gpu_comes_to_the_same(in_empty_folder):
    cnnlab("train", *SMALL, folder="there")
    cnnlab("train", *SMALL, "dataset.memory_limit=1e-6", folder="here")
    (there,), (here,) = runs("there").values(), runs("here").values()
    assert equal_results(there, here)


def test_part_that_reads_a_value_is_trained_uncaptured_and_its_line_is_named(in_empty_folder):
    Path("reading.py").write_text(
        "from torch import nn\n"
        "from cnnlab.parts import ACTIVATIONS\n"
        "class Reading(nn.Module):\n"
        "    def forward(self, x):\n"
        "        return x.relu() * (1.0 if x.mean().item() < 1e9 else 0.0)\n"
        "ACTIVATIONS['reading'] = Reading\n"
    )
    Path("conf/activation").mkdir(parents=True)
    Path("conf/activation/reading.yaml").write_text("name: reading\n")
    said = cnnlab("train", "--config-dir", "conf", "activation=reading", "plugins=[reading.py]", *SMALL)
    (line,) = [line for line in said.splitlines() if "could not be captured" in line]
    assert line.startswith("the training step could not be captured (")
    assert line.endswith("(reading.py:5)); it runs uncaptured, several times slower")


def test_network_without_deterministic_algorithms_is_trained_and_told(in_empty_folder):
    own = [text.replace("image_size=16", "image_size=32").replace("width=0.2", "width=0.1") for text in SMALL]
    said = cnnlab("train", *own, "model=vgg11")
    assert "weights of epoch" in said
