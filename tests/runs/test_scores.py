import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from cnnlab.base.metrics import macro_auc
from cnnlab.outputs.run_files import RunFiles
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.scores import MISTAKES, accuracy_among, figures_of, predictions, worst_mistakes

SCORES = np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3], [0.6, 0.4]], np.float32)
TARGETS = np.array([0, 1, 1, 1])


def test_figures_are_those_worked_by_hand():
    figures = figures_of(SCORES, TARGETS, ["ant", "bee"])
    assert figures["accuracy"] == 0.5
    assert figures["balanced_accuracy"] == pytest.approx((1 + 1 / 3) / 2)
    assert figures["majority_accuracy"] == 0.75
    assert figures["auc"] == 1.0  # each bee scores above the ant
    assert figures["per_class"]["ant"] == pytest.approx({"precision": 1 / 3, "recall": 1.0, "f1": 0.5, "support": 1})


def test_accuracy_among_some_classes_asks_for_them_alone_on_their_images():
    scores = np.array([[0.2, 0.1, 0.7], [0.3, 0.6, 0.1], [0.5, 0.4, 0.1], [0.1, 0.2, 0.7]], np.float32)
    targets = np.array([0, 0, 1, 2])
    assert accuracy_among(scores, targets, [0, 1]) == pytest.approx(1 / 3)
    assert accuracy_among(scores, targets, [0, 2]) == pytest.approx(2 / 3)
    assert accuracy_among(scores, targets, [0, 1, 2]) == 0.25
    assert accuracy_among(scores, np.array([2, 2, 2, 2]), [0, 1]) is None


def test_area_under_the_curve_is_null_where_a_class_has_no_test_images():
    assert figures_of(SCORES, np.array([1, 1, 1, 1]), ["ant", "bee"])["auc"] is None


@pytest.mark.parametrize("num_classes", [2, 4])
def test_area_under_the_curve_is_of_unrounded_scores_and_that_of_the_file(num_classes, tmp_path):
    draws = np.random.default_rng(0)
    targets = draws.integers(0, num_classes, 300)
    logits = 14 * np.eye(num_classes)[targets] + draws.normal(0, 3, (300, num_classes))  # confident: all but 0 and 1
    scores = torch.from_numpy(logits).float().softmax(1).numpy()
    classes = [f"c{k}" for k in range(num_classes)]
    figure = figures_of(scores, targets, classes)["auc"]
    of_sklearn = scores.astype(float) if num_classes > 2 else (scores[:, 1].astype(float) - scores[:, 0])
    assert figure == pytest.approx(roc_auc_score(targets, of_sklearn, multi_class="ovr"), abs=1e-12)
    folder = RunFolder(tmp_path)
    folder.write_rows("predictions.csv", *predictions(scores, targets, classes, None))
    folder.write_json("summary.json", {"classes": classes})
    kept = RunFiles(tmp_path).predictions
    np.testing.assert_array_equal(kept.scores.astype(np.float32), scores)
    assert macro_auc(kept.scores, kept.targets) == figure


def test_predictions_hold_every_score_of_few_classes():
    columns, rows = predictions(SCORES, TARGETS, ["ant", "bee"], None)
    assert columns == ("index", "target", "predicted", "score_ant", "score_bee")
    assert rows[2] == {
        "index": 2, "target": "bee", "predicted": "ant", "score_ant": 0.699999988, "score_bee": 0.300000012
    }  # fmt: skip


def test_predictions_hold_the_top_five_of_many_classes():
    classes = [f"c{k}" for k in range(21)]
    scores = np.linspace(0, 1, 21, dtype=np.float32)[None]
    columns, (row,) = predictions(scores, np.array([0]), classes, None)
    assert tuple(row) == columns
    assert [row[f"top{k}"] for k in range(1, 6)] == ["c20", "c19", "c18", "c17", "c16"]
    assert (row["predicted"], row["top1_score"], row["top5_score"]) == ("c20", 1.0, 0.800000012)


def test_predictions_end_with_the_file_where_images_are_files():
    columns, rows = predictions(SCORES, TARGETS, ["ant", "bee"], ["a.png", "b.png", "c.png", "d.png"])
    assert columns[-1] == "file"
    assert tuple(rows[0]) == columns
    assert [row["file"] for row in rows] == ["a.png", "b.png", "c.png", "d.png"]


def test_worst_mistakes_come_first():
    assert worst_mistakes(SCORES, TARGETS).tolist() == [2, 3]


def test_only_so_many_mistakes_are_kept():
    assert len(worst_mistakes(np.tile(SCORES[:1], (100, 1)), np.ones(100, int))) == MISTAKES
