"""A run as a program has it."""

import numpy as np
import pytest
import torch
from PIL import Image

from cnnlab.api.run import Run
from cnnlab.base.errors import ConfigError
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.run import execute
from tests.comparison.study_maker import write_run
from tests.conftest import tiny


@pytest.fixture
def run(folder):
    """A run of one epoch that was trained."""
    return Run(RunFolder(execute(tiny("epochs=1", "seed=5")).folder.path.absolute()))


def test_files_of_a_run_are_tables(folder):
    found = Run(write_run("cnn6-s1", seed=1, optimizer={"name": "sgd"}))
    assert (found.id, found.status, found.config["optimizer"]) == ("cnn6-s1", "finished", {"name": "sgd"})
    assert found.summary["test"]["accuracy"] == 0.9
    assert found.metrics["epoch"].tolist() == [1, 2, 3]
    assert found.metrics["val_accuracy"].iloc[-1] == 0.9
    assert found.predictions["target"].head(2).tolist() == ["cat", "dog"]
    assert repr(found) == "<cnnlab run cnn6-s1, finished>"


def test_model_answers_what_the_run_has_answered_and_predict_as_well(run):
    model, first = run.model, torch.zeros(2, 3, 8, 8, dtype=torch.uint8)
    assert not model.training
    with torch.no_grad():
        wanted = [model.classes[place] for place in model(first).argmax(1)]
    images = [Image.new("RGB", (8, 8)), np.zeros((8, 8, 3), np.uint8)]
    answers = run.predict(images, device="cpu")
    assert answers["file"].tolist() == ["image 0", "image 1"]
    assert answers["predicted"].tolist() == wanted
    assert answers["probability"].between(0, 1).all()
    assert "problem" not in answers


def test_file_that_cannot_be_read_has_a_row_that_says_so(run, photos):
    (photos / "cats" / "0.png").write_bytes(b"no image")
    answers = run.predict(photos / "cats", device="cpu")
    assert len(answers) == 12
    assert answers["problem"].notna().tolist() == [True, *(11 * [False])]
    assert answers["predicted"].notna().sum() == 11


def test_pictures_that_are_missing_are_drawn(run):
    assert run.plot().path == run.folder / "plots" / "confusion.png"  # of one epoch there are no curves
    assert run.plot("per_class")._repr_png_().startswith(b"\x89PNG")
    with pytest.raises(ConfigError, match=r"^plot: unknown .rocks.\. Did you mean .roc.\?"):
        run.plot("rocks")
    assert "<img src=" in run._repr_html_()


def test_notebook_shows_figures_with_their_interval_and_how_a_run_stands(folder):
    found = Run(write_run("<b>", test=0.9))._repr_html_()
    assert "<b>run &lt;b&gt;</b>" in found
    assert "90 of 100; 95 % interval 83 to 94" in found
    assert "<p><b>run a: failed</b></p>" in Run(write_run("a", state="failed"))._repr_html_()
