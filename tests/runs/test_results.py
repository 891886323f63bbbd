import pytest
import torch

from cnnlab.base.metrics import macro_auc
from cnnlab.data.batches import Batches
from cnnlab.runs.run import execute
from cnnlab.training.losses import LOSSES
from cnnlab.training.selection import Selection
from tests.conftest import tiny

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def test_figures_of_the_summary_are_those_of_the_predictions():
    outcome = execute(tiny())
    rows = outcome.folder.read_rows("predictions.csv")
    right = sum(row["target"] == row["predicted"] for row in rows)
    assert outcome.summary["test"]["accuracy"] == pytest.approx(right / len(rows))
    scores = [[float(value) for key, value in row.items() if key.startswith("score_")] for row in rows]
    assert sum(scores[0]) == pytest.approx(1, abs=1e-5)
    targets = [outcome.summary["classes"].index(row["target"]) for row in rows]
    assert outcome.summary["test"]["auc"] == macro_auc(scores, targets)


@pytest.mark.parametrize("loss", ["mse", "l1"])
def test_scores_of_a_regression_on_one_hot_targets_are_its_outputs(loss):
    outcome = execute(tiny(f"loss={loss}", "plots=true"))
    assert outcome.summary["scores_are"] == "decision values"
    assert outcome.folder.load_checkpoint("best.pt")["scores_are"] == "decision values"
    rows = outcome.folder.read_rows("predictions.csv")
    scores = torch.tensor([[float(value) for key, value in row.items() if key.startswith("score_")] for row in rows])
    assert (scores.sum(1) - 1).abs().max() > 1e-3
    classes = outcome.summary["classes"]
    targets = torch.tensor([classes.index(row["target"]) for row in rows])
    assert float(LOSSES[loss](3)(scores, targets)) == pytest.approx(outcome.summary["test"]["loss"], rel=1e-4)


def test_validation_figures_are_those_of_the_selected_epoch():
    outcome = execute(tiny("epochs=4"))
    row = outcome.folder.read_rows("metrics.csv")[outcome.summary["best_epoch"] - 1]
    assert outcome.summary["val"]["loss"] == float(row["val_loss"])
    assert float(row["val_accuracy"]) == max(
        float(each["val_accuracy"]) for each in outcome.folder.read_rows("metrics.csv")
    )


def test_training_split_is_measured_with_the_selected_weights_on_request():
    summary = execute(tiny("evaluate_train=true")).summary
    assert summary["train"]["measured"] == "selected weights"


def test_test_split_is_read_only_after_training(monkeypatch):
    order = []
    in_order = Batches.in_order
    monkeypatch.setattr(Batches, "in_order", lambda self: order.append(self.num_images) or in_order(self))
    monkeypatch.setattr(Selection, "update", lambda self, *a, **k: order.append("selected") or True)
    execute(tiny("epochs=2"))
    assert order == [9, "selected", 9, "selected", 9, 24]  # 9 validation images, 24 test images
