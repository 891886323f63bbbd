"""report.html of a run as a file: what it says, with and without an inspection."""

import json
import re

import pytest

from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import write_status
from cnnlab.runs.inspecting.page import headline, render, write_page, write_page_of
from tests.run_maker import write_run
from tests.runs.inspecting.inspected import CLASSES, LEFT_OUT, inspection


@pytest.fixture
def run(tmp_path):
    folder = RunFolder(write_run(tmp_path, classes=CLASSES, num_test=40, skill=1.0))
    figures = {"recall": 0.9, "precision": 0.8, "f1": 0.85, "support": 20}
    folder.write_json(
        "summary.json",
        folder.read_json("summary.json")
        | {
            "test": {"accuracy": 0.95, "majority_accuracy": 0.5, "per_class": dict.fromkeys(CLASSES, figures)},
            "val": {"accuracy": 0.9},
            "data": {"test": 40, "val": 10},
            "seconds": {"train": 3.0},
            "parameters": 1234,
            "selected_by": "validation accuracy",
        },
    )
    write_status(folder, "finished")
    return folder


def text_of(page):
    """Return what a reader sees, white space collapsed."""
    body = re.sub(r"<(script|style|title)\b.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def data_of(page):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page)[1])


@pytest.mark.parametrize(
    ("accuracy", "number", "sentence"),
    [
        (350 / 359, 359, "97.5 % of 359 test images right; 95 % interval 95.3 to 98.7."),
        (0.5, 10_000, "50.00 % of 10,000 test images right; 95 % interval 49.02 to 50.98."),
        (None, 10, "No result: the run was not tested."),
    ],
)
def test_headline_says_the_result_in_at_most_15_words(accuracy, number, sentence):
    found = headline({"test": {"accuracy": accuracy}, "data": {"test": number}})
    assert found == sentence
    assert len(found.split()) <= 15


def test_page_at_the_end_of_a_training_tells_what_the_files_tell(run):
    page = render(run, into=run.path)
    text = text_of(page)
    assert "95 % of 40 test images right" in text
    assert "Always answering the most frequent class would get 50.0 %." in text
    assert "chosen by validation accuracy: 90 % of 10 validation images." in text
    assert f"Next: cnnlab inspect {run.path} looks into its network" in text
    assert "ant 20 90.0 % 80.0 % 85.0 %" in text
    data = data_of(page)
    assert data["classes"] == list(CLASSES)
    assert sum(data["confusion"][2::3]) == 40
    assert data["curves"]["accuracy"].keys() == {"train", "val"}
    assert "Grad-CAM" not in text


def test_page_of_an_inspection_shows_what_was_found(run):
    page = render(run, into=run.path, inspection=inspection())
    text = text_of(page)
    assert "Its network was shown 5 of 5 validation images and 10 of 20 test images, none that it has learnt" in text
    assert "in the 4×4 maps behind conv2" in text
    assert "1 image of validation and test" in text
    assert "T = 1.50" in text
    assert "act1 relu 8 2 (25 %)" in text
    assert "conv1: all 2 filters." in text
    assert f"Next: cnnlab predict {run.path} IMAGE... classifies images with it" in text
    assert data_of(page)["placed"]["names"] == ["a/1.png", "b/2.png", "a/3.png"]


def test_page_says_why_something_is_left_out(run):
    text = text_of(render(run, into=run.path, inspection=inspection(**LEFT_OUT)))
    for why in (LEFT_OUT[name] for name in ("heat", "calibration", "filters", "stages", "placed", "suspects")):
        assert f"left out, since {why}." in text
    assert "gelu: nowhere flat, nothing is counted." in text


@pytest.mark.parametrize("found", [None, inspection()])
def test_no_name_becomes_code_and_nothing_is_asked_for(run, found):
    page = render(run, into=run.path, inspection=found)
    assert "<bee>" not in page
    assert re.findall(r'src="(?!data:image/(?:png|jpeg);base64,)', page) == []


def test_page_elsewhere_leads_to_the_run(run, tmp_path):
    (run.path / "plots").mkdir()
    (run.path / "plots" / "curves.png").touch()
    (tmp_path / "elsewhere" / "plots").mkdir(parents=True)
    (tmp_path / "elsewhere" / "plots" / "grad_cam.png").touch()
    path = write_page(run, into=tmp_path / "elsewhere", inspection=inspection())
    assert path == tmp_path / "elsewhere" / "report.html"
    assert re.findall(r">(curves|grad cam)</a>", path.read_text()) == ["curves", "grad cam"]
    for name, address in (("summary.json", "summary.json"), ("curves", "plots/curves.png")):
        assert f'<a href="../{run.run_id}/{address}">{name}</a>' in path.read_text()
    assert not (run.path / "report.html").exists()


def test_page_is_written_once_and_only_of_a_run_that_is_finished(run):
    write_status(run, "diverged")
    write_page_of(run.path)
    assert not (run.path / "report.html").exists()
    write_status(run, "finished")
    write_page_of(run.path)
    (run.path / "report.html").write_text("mine")
    write_page_of(run.path)
    assert (run.path / "report.html").read_text() == "mine"
