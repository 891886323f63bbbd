"""`cnnlab transfer`, as installed: exit codes, messages, sweeps, what comes after a run."""

from pathlib import Path

import pytest
import torch
import torchvision

from cnnlab.cli.main import main
from tests.conftest import cnnlab
from tests.networks.transfer.weights_maker import Bomb

pytestmark = pytest.mark.usefixtures("in_empty_folder")

ROOT = Path(__file__).parents[1]
SMALL = (
    "backbone=shufflenet_v2_x0_5", "backbone.weights=none", "dataset.per_class=20", "dataset.image_size=32",
    "plots=false", "device=cpu",
)  # fmt: skip


def test_sweep_over_heads_computes_the_features_once_and_predicts(capsys):
    done = cnnlab("transfer", "-m", *SMALL, "head=svm,knn", "seed=0,1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("computing features: 1,797 of 1,797") == 2  # the random weights follow the seed
    run = next(Path("outputs/runs").glob("*-features-svm-s0-*"))
    assert main(["predict", str(run), str(ROOT / "docs" / "digits"), "--csv", "digits.csv"]) == 0
    assert len(Path("digits.csv").read_text().splitlines()) == 3
    assert main(["resume", str(run)]) == 0
    captured = capsys.readouterr()
    assert "finished before; nothing was trained" in captured.out
    assert captured.err == ""


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path.write_bytes(b"PK\x03\x04 cut off"), "is not a weights file, or is damaged"),
        (lambda path: torch.save(torchvision.models.squeezenet1_1().state_dict(), path), "are another network's"),
        (lambda path: torch.save({"conv1.0.weight": Bomb()}, path), "could run code. Not loaded."),
    ],
    ids=["truncated", "wrong architecture", "pickle with code"],
)
def test_weights_that_cannot_be_used_are_refused_and_nothing_is_written(make, message, capsys):
    make(Path("w.pth"))
    assert main(["transfer", "backbone=shufflenet_v2_x0_5", "backbone.weights=w.pth"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert message in captured.err
    assert "Traceback" not in captured.err
    assert not Path("executed").exists()
    assert not Path("outputs").exists()


@pytest.mark.parametrize("typed", ["backbone.weights=none", "transfer=scratch epochs=1"])
def test_commands_that_are_said_to_work_offline_work(typed, capsys):
    small = ("backbone=shufflenet_v2_x0_5", "dataset.per_class=10", "dataset.image_size=32", "plots=false")
    assert main(["transfer", *small, *typed.split()]) == 0
    assert capsys.readouterr().err == ""


def test_help_and_configuration_are_shown(capsys):
    assert main(["transfer", "--help"]) == 0
    assert "backbone:     efficientnet_lite0, alexnet, convnext_base" in capsys.readouterr().out
    assert main(["transfer", "--cfg", "job", "backbone=resnet50"]) == 0
    assert "weights: imagenet" in capsys.readouterr().out
