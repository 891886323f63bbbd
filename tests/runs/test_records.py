from cnnlab.runs.records import gradient_rows, metrics_row
from cnnlab.training.engine import EpochRecord, LayerGradient
from cnnlab.training.evaluation import Score


def test_metrics_row_leaves_what_was_not_measured_empty():
    record = EpochRecord(1, 0.1, Score(0.5, 0.75), None, None, 2.0, (), 1.23456789, 100.0)
    assert metrics_row(record) == {
        "epoch": 1, "lr": 0.1, "train_loss": 0.5, "train_accuracy": 0.75, "val_loss": None, "val_accuracy": None,
        "test_loss": None, "test_accuracy": None, "grad_norm": 2.0, "seconds": 1.2346, "images_per_second": 100.0,
    }  # fmt: skip


def test_gradients_have_a_row_of_each_layer():
    gradients = (LayerGradient("conv", 0.1, 0.5), LayerGradient("fc", 0.2, 0.6))
    record = EpochRecord(3, 0.1, Score(0.5, 0.75), None, None, 2.0, gradients, 1.0, 100.0)
    assert gradient_rows(record) == [
        {"epoch": 3, "layer": "conv", "mean_abs": 0.1, "max_abs": 0.5},
        {"epoch": 3, "layer": "fc", "mean_abs": 0.2, "max_abs": 0.6},
    ]
