import dataclasses

import pytest

from cnnlab.base.errors import RunError
from cnnlab.outputs.files import METRICS_COLUMNS
from cnnlab.runs import training_run
from cnnlab.runs.run import execute
from cnnlab.runs.run_context import RunContext
from cnnlab.runs.tracking.tracking import Tracking
from tests.conftest import interrupted_after, tiny
from tests.runs.tracking.fakes import Hanging, Hiccuping, Raising, Remembering, cannot_begin, of

pytestmark = pytest.mark.usefixtures("in_empty_folder")


@pytest.fixture(autouse=True)
def _all_are_installed(monkeypatch):
    monkeypatch.setattr("cnnlab.config.part_rules.check_installed", lambda names: None)


def trained(begin, *options, limit=30.0):
    """Train a tiny run that tells one tracker; return what it said of it."""
    config = dataclasses.replace(tiny(*options), tracker=("mlflow",))
    with Tracking(trackers={"mlflow": begin}, limit=limit) as tracking:
        end = execute(config, context=RunContext(tracking=tracking))
    assert end.status in ("finished", "pruned")
    return tracking.notes


def test_tracker_gets_the_columns_of_metrics_and_the_figures_of_the_summary():
    begun = []
    assert trained(of(Remembering, begun), "study=mine", "tags=[a]") == []
    (told,) = begun
    assert (told.run.study, told.run.tags, told.run.settings["epochs"]) == ("mine", ("a",), "2")
    assert told.epochs == [1, 2]
    assert set(told.figures[0]) == set(METRICS_COLUMNS) - {"epoch", "test_loss", "test_accuracy"}
    (end,) = told.ends
    assert (end.status, end.epochs) == ("finished", 2)
    assert {f"summary/{name}" for name in ("test.accuracy", "val.loss", "seconds.train", "parameters")} <= set(
        end.figures
    )
    assert not [name for name in end.figures if "per_class" in name or "/data" in name]


def test_finished_run_that_is_repeated_tells_nothing():
    begun = []
    trained(of(Remembering, begun))
    trained(of(Remembering, begun))
    assert len(begun) == 1


@pytest.mark.parametrize(("begin", "note"), [
    (of(Raising, []), "note     tracker mlflow: ConnectionError: no server. The run is not affected."),
    (cannot_begin, "note     tracker mlflow: OSError: no route to host. The run is not affected."),
    (of(Hanging, []), "note     tracker mlflow: not done 0.2 s after the run's end, and left there. "
     "The run is not affected."),
])  # fmt: skip
def test_run_goes_on_whatever_a_tracker_does_and_says_so_in_one_line(begin, note, capsys):
    assert trained(begin, limit=0.2 if "0.2" in note else 30.0) == [note]
    assert capsys.readouterr().out.count("note     tracker") == 1


def test_epoch_that_a_tracker_did_not_take_is_told_again():
    begun = []
    assert len(trained(of(Hiccuping, begun))) == 1
    assert sorted(begun[0].epochs) == [1, 2]


@pytest.mark.parametrize(("known", "told"), [(0, [1, 2, 3]), (1, [2, 3]), (2, [3])])
def test_run_that_goes_on_tells_each_tracker_what_it_does_not_know(known, told):
    begun = []
    options = ("checkpoint_seconds=0", "epochs=3")
    with interrupted_after(1):
        trained(of(Remembering, begun), *options)
    trained(of(Remembering, begun, last_epoch=known), *options)
    first, second = begun
    assert [end.status for end in first.ends] == ["interrupted"]
    assert second.epochs == told
    assert second.run.epochs_done == 1


def test_run_that_fails_is_closed_as_such(monkeypatch):
    def fail(*_, **__):
        raise ValueError("no scores")

    monkeypatch.setattr(training_run, "score_selected_weights", fail)
    begun = []
    with pytest.raises(RunError, match="no scores"):
        trained(of(Remembering, begun))
    assert [(end.status, dict(end.figures)) for end in begun[0].ends] == [("failed", {})]


def test_pruned_run_is_closed_as_such():
    begun = []
    trained(of(Remembering, begun), "epochs=4", "prune_below=[null,1]")
    assert [(end.status, end.epochs) for end in begun[0].ends] == [("pruned", 2)]
