"""Numbers of a report beside measured ones."""

from cnnlab.comparison import compare_study
from cnnlab.comparison.beside_report import NAMES, reported_rows
from cnnlab.outputs.reported import FIGURES
from tests.comparison.study_maker import write_study

ARMS = {"optimizer=sgd": [0.70, 0.80, 0.90], "optimizer=adam": [0.75, 0.84, 0.94]}


def test_every_figure_stands_beside_the_mean_over_the_seeds():
    figures = {"test_accuracy": 0.79, "val_accuracy": 0.81, "train_accuracy": 1.0, "test_loss": 0.4, "train_seconds": 5}
    assert reported_rows(compare_study(write_study(ARMS, reported={"optimizer=sgd": figures}))) == [
        ("sgd", "test %", "79.00", "80.00", "+1.00"),
        ("sgd", "validation %", "81.00", "80.00", "-1.00"),
        ("sgd", "training %", "100.00", "100.00", "+0.00"),
        ("sgd", "test loss in nats", "0.40", "0.50", "+0.10"),
        ("sgd", "training time in s", "5.00", "2.00", "-3.00"),
    ]


def test_every_figure_has_a_name():
    assert set(NAMES) == set(FIGURES)
