"""What it took a run to first reach validation accuracies."""

import pytest

from cnnlab.base.errors import RunError
from cnnlab.outputs.files import METRICS_COLUMNS
from cnnlab.outputs.reaching import Effort, Goals, column, efforts_of, read_efforts
from cnnlab.outputs.run_folder import RunFolder


def rows(*accuracies):
    return [{"seconds": "1.5", "val_accuracy": accuracy} for accuracy in accuracies]


def test_effort_is_summed_up_to_the_first_epoch_that_reached_an_accuracy():
    found = efforts_of(rows("0.55", "0.49", "0.9", ""), (0.5, 0.6, 0.9, 0.95))
    assert found == {0.5: Effort(1, 1.5), 0.6: Effort(3, 4.5), 0.9: Effort(3, 4.5)}


def test_accuracy_that_was_divided_in_less_precision_is_reached():
    assert efforts_of(rows("0.8999999761581421"), (0.9, 0.90001)) == {0.9: Effort(1, 1.5)}


@pytest.mark.parametrize(("accuracies", "found"), [((), None), (("", ""), None), (("0.4", "nan"), {})])
def test_run_that_was_never_validated_is_told_from_one_that_never_got_there(accuracies, found):
    assert efforts_of(rows(*accuracies), (0.5,)) == found


def test_metrics_that_are_no_numbers_are_an_error_that_names_the_file(tmp_path):
    folder = RunFolder(tmp_path)
    folder.write_rows("metrics.csv", METRICS_COLUMNS, rows("high"))
    with pytest.raises(RunError, match=r"metrics\.csv: cannot be read, could not convert string to float: 'high'\."):
        read_efforts(folder, (0.5,))


def test_goals_are_those_that_were_asked_for():
    goals = Goals.of((0.9, 0.85, 0.9), {"a": {"test_accuracy": 0.7}})
    assert goals.known == goals.shown(()) == goals.shown((0.5,)) == (0.85, 0.9)


def test_goals_are_else_the_highest_round_ones_that_were_reached_and_those_of_a_report():
    reported = {"a": {"test_accuracy": 0.8143, "train_accuracy": 0.97, "test_loss": 0.6}, "b": {"val_accuracy": 0.31}}
    goals = Goals.of(None, reported)
    assert goals.asked == (0.31, 0.8143)
    assert goals.shown((0.5, 0.6, 0.7, 0.8, 0.9)) == (0.31, 0.6, 0.7, 0.8, 0.8143, 0.9)
    assert goals.shown(()) == (0.31, 0.8143)
    assert {0.31, 0.5, 0.995} < set(goals.known)


def test_of_a_report_with_many_accuracies_the_highest_are_goals():
    reported = {str(i): {"test_accuracy": i / 10} for i in range(8)}
    assert Goals.of(None, reported).asked == (0.4, 0.5, 0.6, 0.7)


@pytest.mark.parametrize(
    ("accuracy", "name"), [(0.9, "images_to_90"), (0.995, "images_to_99.5"), (0.29, "images_to_29")]
)
def test_columns_are_named_in_percent(accuracy, name):
    assert column("images", accuracy) == name
