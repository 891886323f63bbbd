import json

import pytest

from cnnlab.base.errors import RunError
from cnnlab.outputs.files import write_text
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.summary_file import look_up, read_summary
from cnnlab.runs.run import execute
from tests.conftest import tiny


@pytest.fixture
def finished(in_empty_folder):
    return execute(tiny("epochs=1")).folder


def test_summary_that_a_run_wrote_is_read_back(finished):
    assert read_summary(finished) == json.loads((finished.path / "summary.json").read_text())


@pytest.mark.parametrize(
    "options", [["epochs=0", "dataset.val_fraction=0"], ["optimizer=sgd", "optimizer.lr=1e30", "normalization=none"]]
)
def test_summary_without_training_or_of_a_diverged_run_is_whole(in_empty_folder, options):
    outcome = execute(tiny(*options))
    assert read_summary(outcome.folder)["status"] == outcome.status


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, r"is missing"),
        ("", r"cannot be read \(Expecting value"),
        (b"\xff", r"cannot be read \('utf-8' codec can't decode"),
        ("[1]", r"best_epoch must be a number, got None"),
        ('{"best_epoch": 1, "parameters": "many"}', r"parameters must be a number, got 'many'"),
    ],
)
def test_damage_is_told_in_one_message(tmp_path, text, problem):
    folder = RunFolder(tmp_path / "run")
    if isinstance(text, str):
        write_text(folder.path / "summary.json", text)
    elif text is not None:
        folder.path.mkdir()
        (folder.path / "summary.json").write_bytes(text)
    message = rf"run/summary\.json: {problem}.*\. The run has ended, but its result is lost\. Put it back, or train the"
    with pytest.raises(RunError, match=message):
        read_summary(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"test": None}, {"test": [1]}, {"val": "high"}, {"seconds": 3}, {"selected_by": None}, {"best_epoch": {}},
        {"train": {"loss": 1.0}}, {"images_per_second": None}, {"classes": "abc"}, {"classes": [1]}, {"data": [1]},
        {"test": {"accuracy": 0.5, "majority_accuracy": 0.1, "per_class": {"0": {"support": None}}}},
        {"test": {"accuracy": 0.5, "majority_accuracy": 0.1, "per_class": [1]}}, {"parameters": 10**400},
        {"epochs_trained": "x"}, {"best_epoch": float("nan")},
    ],
)  # fmt: skip
def test_every_figure_that_is_shown_is_asked_for(finished, change):
    finished.write_json("summary.json", read_summary(finished) | change)
    with pytest.raises(RunError, match=rf"summary\.json: {next(iter(change))}\S* must be "):
        read_summary(finished)


@pytest.mark.parametrize(("key", "value"), [("a.b", 1), ("a.c", None), ("a.b.c", None), ("x", None)])
def test_key_that_leads_nowhere_is_none(key, value):
    assert look_up({"a": {"b": 1}}, key) == value


def test_look_up_follows_dots():
    mapping = {"dataset": {"name": "digits"}, "seed": 0}
    assert look_up(mapping, "dataset.name") == "digits"
    assert look_up(mapping, "seed") == 0
    assert look_up(mapping, "dataset.root.deeper") is None
