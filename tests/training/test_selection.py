import pytest

from cnnlab.training.engine import EpochRecord
from cnnlab.training.evaluation import Score
from cnnlab.training.selection import Selection, reason_to_stop


def record(epoch, accuracy=None, loss=1.0, *, train_loss=1.0, test_accuracy=None):
    val = None if accuracy is None else Score(loss, accuracy)
    test = None if test_accuracy is None else Score(1.0, test_accuracy)
    return EpochRecord(epoch, 0.1, Score(train_loss, 0.5), val, test, 1.0, (), 1.0, 10.0)


def selected(records, **options):
    selection = Selection()
    for each in records:
        selection.update(each, **options)
    return selection


def stop(last, selection, **limits):
    limits = {"patience": None, "stop_below_loss": None, "max_minutes": None, "train_seconds": 30.0} | limits
    return reason_to_stop(last, selection, **limits)


def test_epoch_with_the_highest_validation_accuracy_is_selected():
    assert selected([record(1, 0.5), record(2, 0.9), record(3, 0.8)]).epoch == 2


def test_lower_validation_loss_decides_between_equal_accuracies():
    assert selected([record(1, 0.9, 0.3), record(2, 0.9, 0.2), record(3, 0.9, 0.2)]).epoch == 2


def test_last_epoch_is_selected_without_a_validation_split():
    assert selected([record(1), record(2)]).epoch == 2


def test_test_accuracy_selects_nothing():
    watched = selected([record(1, 0.9, test_accuracy=0.1), record(2, 0.8, test_accuracy=1.0)])
    assert watched.epoch == 1


def test_patience_counts_epochs_without_a_better_accuracy():
    records = [record(1, 0.5), record(2, 0.6), record(3, 0.6, 0.1), record(4, 0.55)]
    selection = selected(records)
    assert selection.epochs_without == 2
    assert stop(records[-1], selection, patience=3) is None
    assert stop(records[-1], selection, patience=2) == "no better validation accuracy for 2 epochs (patience)"


def test_rise_of_less_than_min_delta_does_not_reset_patience():
    selection = selected([record(1, 0.50), record(2, 0.505), record(3, 0.509)], min_delta=0.01)
    assert (selection.epoch, selection.epochs_without) == (3, 2)


def test_training_stops_when_its_mean_loss_falls_under_the_threshold():
    last = record(3, 0.9, train_loss=0.004)
    assert stop(last, Selection(), stop_below_loss=0.005) == "training loss 0.004 is below 0.005 (stop_below_loss)"
    assert stop(last, Selection(), stop_below_loss=0.004) is None


def test_training_stops_when_its_time_is_over():
    assert stop(record(1, 0.9), Selection(), max_minutes=0.5) == "0.5 minutes are over (max_minutes)"
    assert stop(record(1, 0.9), Selection(), max_minutes=0.6) is None


def test_selection_survives_a_checkpoint():
    selection = selected([record(1, 0.5), record(2, 0.4)])
    assert Selection(**selection.state_dict()) == selection


@pytest.mark.parametrize("accuracy", [0.0, 1.0])
def test_first_epoch_is_always_selected(accuracy):
    assert selected([record(1, accuracy, float("nan"))]).epoch == 1
