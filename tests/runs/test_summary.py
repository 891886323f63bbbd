import json

import pytest
from PIL import Image

from cnnlab.base.hashing import FileHashes
from cnnlab.config.identity import data_content
from cnnlab.config.load import load
from cnnlab.data.batches import Batches
from cnnlab.runs.run import execute
from tests.conftest import composed, tiny

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def test_summary_holds_what_scripts_rely_on():
    outcome = execute(tiny("patience=9"))
    summary = json.loads((outcome.folder.path / "summary.json").read_text())
    assert summary["run_id"] == outcome.folder.run_id
    assert summary["status"] == "finished"
    assert summary["selected_by"] == "validation accuracy"
    assert summary["best_epoch"] in (1, 2)
    for split in ("train", "val", "test"):
        assert {"loss", "accuracy"} <= set(summary[split])
    assert {"balanced_accuracy", "majority_accuracy", "auc", "per_class"} <= set(summary["test"])
    assert {"train", "startup", "total", "first_batch", "features"} == set(summary["seconds"])
    assert summary["seconds"]["total"] > summary["seconds"]["train"]
    keys = {
        "parameters",
        "flops_per_image",
        "images_per_second",
        "peak_memory_bytes",
        "seconds_to",
        "epochs_to",
        "images_to",
        "steps_per_epoch",
        "device",
        "precision",
    }
    assert keys <= set(summary)


def test_summary_tells_the_images_that_name_the_run_although_the_folder_changes(tmp_path, monkeypatch):
    for i, name in enumerate(["ant", "bee"] * 8):
        path = tmp_path / "root" / name / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (32, 32), 100 + 10 * i).save(path)
    data = ("dataset=image_folder", "dataset.root=root", "batch_size=4", "plots=false", "device=cpu")
    config = load(composed(*data, "model.width=0.05", "epochs=1"))
    before = data_content(config, FileHashes())

    def changed_behind_its_back(self, *args, **options):
        (tmp_path / "root" / "ant" / "0.png").rename(tmp_path / "root" / "ant" / "new.png")
        return epoch(self, *args, **options)

    epoch = Batches.epoch
    monkeypatch.setattr(Batches, "epoch", changed_behind_its_back)
    assert execute(config).summary["data"]["content"] == before
    assert data_content(config, FileHashes()) != before


def test_summary_tells_when_validation_accuracies_were_first_reached():
    outcome = execute(tiny("seconds_to=[0.001,0.5]"))
    summary, rows = outcome.summary, outcome.folder.read_metrics()
    first = next((epoch for epoch, row in enumerate(rows, 1) if float(row["val_accuracy"]) >= 0.001), None)
    assert summary["epochs_to"].get("0.001") == first
    assert summary["images_to"] == {name: epochs * 87 for name, epochs in summary["epochs_to"].items()}
    assert summary["seconds_to"].keys() == summary["epochs_to"].keys()
    assert summary["steps_per_epoch"] == 6  # of 87 images in batches of 16


def test_training_without_validation_takes_the_last_epoch():
    outcome = execute(tiny("dataset.val_fraction=0"))
    assert (outcome.summary["best_epoch"], outcome.summary["selected_by"]) == (2, "last epoch")
    assert outcome.summary["val"] is None


def test_zero_epochs_only_evaluate():
    outcome = execute(tiny("epochs=0"))
    assert (outcome.summary["best_epoch"], outcome.summary["selected_by"]) == (0, "no training")
    assert outcome.summary["train"] is None
    assert 0 <= outcome.summary["test"]["accuracy"] <= 1


@pytest.mark.parametrize(("keep", "names"), [("best", ["best.pt"]), ("last", ["best.pt", "last.pt"]), ("none", [])])
def test_weights_stay_as_wanted(keep, names):
    folder = execute(tiny(f"keep={keep}")).folder
    assert sorted(path.name for path in folder.checkpoints.iterdir()) == names
