"""What may stand under `reported:`."""

import pytest

from cnnlab.outputs.reported import problem_of_reported


@pytest.mark.parametrize(
    ("reported", "message"),
    [
        ("high", "reported: must be figures of arms, such as {adam: {test_accuracy: 0.91}}, got 'high'."),
        ({"plain": 91.2}, "reported.plain: must be figures, such as {test_accuracy: 0.91}, got 91.2."),
        (
            {"plain": {"test_acuracy": 0.9}},
            "reported.plain.test_acuracy: unknown figure 'test_acuracy'. Did you mean 'test_accuracy'? "
            "Known: test_accuracy, test_loss, train_accuracy, train_seconds, val_accuracy.",
        ),
        ({"a": {"test_accuracy": 91}}, "reported.a.test_accuracy: must be a number, between 0 and 1, got 91."),
        ({"a": {"val_accuracy": "hi"}}, "reported.a.val_accuracy: must be a number, between 0 and 1, got 'hi'."),
        ({"a": {"val_accuracy": True}}, "reported.a.val_accuracy: must be a number, between 0 and 1, got True."),
        ({"a": {"train_seconds": -1}}, "reported.a.train_seconds: must be a number, 0 or more, got -1."),
        ({"a": {"test_loss": float("inf")}}, "reported.a.test_loss: must be a number, 0 or more, got inf."),
    ],
)
def test_what_is_no_figure_of_an_arm_is_named(reported, message):
    assert problem_of_reported(reported) == message


def test_figures_of_arms_are_taken():
    assert problem_of_reported({"plain": {"test_accuracy": 0.9, "test_loss": 2.5, "train_seconds": 105}}) is None
