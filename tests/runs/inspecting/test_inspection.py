"""Runs of every kind looked into: what can be had is found, and why not is said of the rest."""

import pytest

from cnnlab.config.load import load
from cnnlab.runs.inspecting.inspection import MOST_MISTAKES, inspect
from cnnlab.runs.inspecting.page import render
from cnnlab.runs.predicting.classifier import load_classifier
from cnnlab.runs.run import execute
from tests.conftest import tiny, tiny_transfer

pytestmark = pytest.mark.usefixtures("in_empty_folder", "without_umap")


@pytest.fixture
def without_umap(monkeypatch):
    monkeypatch.setattr("cnnlab.runs.inspecting.embedding.find_spec", lambda _: None)


def looked_into(config, most=2000):
    """Return what is found in a run that is trained, and its summary."""
    end = execute(config)
    config = load(end.folder.read_config())
    trained, runtime, wording = load_classifier(end.folder, config, device="cpu")
    found = inspect(config, trained, runtime, wording.calibration, most=most, look_up=lambda: None)
    assert render(end.folder, into=end.folder.path, inspection=found)
    return found, end.summary


def test_network_that_was_trained_shows_everything():
    found, summary = looked_into(tiny("precision=fp32", "model.width=0.2"))
    numbers = summary["data"]
    assert [(part.name, part.looked_at) for part in found.parts] == [
        ("validation", numbers["val"]), ("test", numbers["test"]),
    ]  # fmt: skip
    assert found.num_mistakes == round(numbers["test"] * (1 - summary["test"]["accuracy"]))
    assert len(found.mistakes) == min(MOST_MISTAKES, found.num_mistakes)
    assert [each.name for each in found.calibration] == ["as the run says them", "scaled by the temperature"]
    assert found.units.split == "validation"
    assert [layer.name for layer in found.units.layers] == [f"act{n}" for n in range(1, 10)]
    assert found.filters.layer == "conv1"
    assert [image.target for image, _ in found.stages] == [0, 1, 2]
    assert len(found.placed.names) == numbers["test"]
    confidences = [each.shown.confidence for each in found.mistakes]
    assert confidences == sorted(confidences, reverse=True)
    assert all(each.shown.target != each.shown.predicted for each in found.mistakes)


def test_only_so_many_images_of_a_split_are_shown():
    found, _ = looked_into(tiny("epochs=1"), most=5)
    assert [part.looked_at for part in found.parts] == [5, 5]
    assert len(found.placed.names) == 5


def test_run_without_validation_is_measured_on_its_test_images():
    found, _ = looked_into(tiny("epochs=1", "dataset.val_fraction=0"))
    assert [part.name for part in found.parts] == ["test"]
    assert (found.temperature, len(found.calibration), found.units.split) == (None, 1, "test")


def test_decision_values_are_believed_as_far_as_validation_calibrates_them():
    found, _ = looked_into(tiny_transfer("head=svm"))
    assert [each.name for each in found.calibration] == ["calibrated on validation"]
    assert found.heat[0]
    assert found.filters.layer.startswith("backbone.net.")
    bare, _ = looked_into(tiny("loss=mse", "dataset.val_fraction=0", "epochs=1"))
    assert bare.calibration.startswith("scores are decision values")
    assert bare.suspects == bare.calibration
    assert all(image.confidence is None for image in bare.browsed)


def test_head_that_has_no_slopes_leaves_out_grad_cam_alone():
    found, _ = looked_into(tiny_transfer("head=knn"))
    assert found.heat == "its answer has no gradient with respect to feature maps, so there is no Grad-CAM"
    assert found.mistakes[0].of_predicted is None


@pytest.mark.parametrize("loss", ["cross_entropy_triplet", "cross_entropy_center"])
def test_metric_losses_are_looked_into_as_others_are(loss):
    found, _ = looked_into(tiny(f"loss={loss}", "epochs=1"))
    assert found.placed.embeddings[0].method == "PCA"
