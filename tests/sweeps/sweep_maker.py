"""Sweeps as typed, whose runs end as told; nothing is trained."""

from __future__ import annotations

from cnnlab.cli import main as cli
from cnnlab.config.identity import run_id
from cnnlab.config.run_config import to_plain
from cnnlab.outputs.files import RUNS
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import write_status
from tests.option_maker import own_option

CLASSES = {name: {"precision": 0.8, "recall": 0.8, "f1": 0.8, "support": 50} for name in ("cat", "dog")}
NAMED_ARMS = """hydra:
  sweeper:
    arms: {slow: [optimizer=sgd, activation=tanh], fast: [optimizer=adam]}
    params: {seed: "0,1"}
"""


TINY = (
    "epochs=1", "dataset=synthetic", "dataset.num_images=120", "dataset.num_classes=3", "dataset.image_size=8",
    "batch_size=16", "model.width=0.05", "plots=false", "device=cpu",
)  # fmt: skip
"""Words under which a run really is trained, in a moment."""


def main(words):
    """Run a command without pictures, which take seconds."""
    return cli.main([*words, "plots=false"])


def ended(config, status, *, accuracy=0.8, val_accuracy=0.9, **more):
    """Leave the files of a run that has ended, pictures included."""
    folder = RunFolder(RUNS / run_id(config))
    folder.write_config(to_plain(config), [])
    summary = {
        "status": status, "best_epoch": 3, "selected_by": "validation accuracy",
        "val": {"accuracy": val_accuracy, "loss": 1 - val_accuracy},
        "test": {"accuracy": accuracy, "majority_accuracy": 0.1, "per_class": CLASSES},
        "seconds": {"train": 1.5, "total": 2.0}, "images_per_second": 100.0, "parameters": 10,
    }  # fmt: skip
    folder.write_json("summary.json", summary)
    (folder.path / "plots").mkdir(exist_ok=True)
    (folder.path / "plots" / "curves.png").touch()
    write_status(folder, status, **more)


def study(text):
    """Write a study; return the words that ask for it."""
    return [*own_option("experiment/mine.yaml", f"# @package _global_\n{text}"), "experiment=mine"]
