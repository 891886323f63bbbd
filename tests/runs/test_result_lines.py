"""What one run says at its end."""

import pytest

from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.result_lines import percent, summary_lines, to_open


def summary(*, val=0.9, measured="running mean of epoch 3", data=None, epochs_trained=20, **test):
    figures = {"loss": 0.3, "accuracy": 0.9}
    return {
        "train": {**figures, "measured": measured}, "val": {**figures, "accuracy": val}, "best_epoch": 3,
        "test": {**figures, "majority_accuracy": 0.2, **test}, "selected_by": "validation accuracy",
        "seconds": {"train": 75.0}, "images_per_second": 1234.5, "epochs_trained": epochs_trained,
        "data": data or {"train": 1000, "val": 140, "test": 360},
    }  # fmt: skip


def test_summary_is_a_table_of_80_columns_with_counts_and_an_interval():
    lines = summary_lines(summary(), epochs=20)
    assert lines[1:6] == [
        "                loss    accuracy",
        "train         0.3000      90.0 %   while learning, over epoch 3",
        "validation    0.3000      90.0 %   126 of 140",
        "test          0.3000      90.0 %   324 of 360; 95 % interval 86.5 to 92.7",
        "                                   most frequent class alone: 20.0 %",
    ]
    assert max(map(len, lines)) <= 80


def test_few_test_images_have_no_decimals():
    """Wilson 1927, 21 of 25: 65.3 to 93.6."""
    lines = summary_lines(summary(accuracy=0.84, data={"train": 91, "val": 10, "test": 25}), epochs=20)
    assert lines[4] == "test          0.3000        84 %   21 of 25; 95 % interval 65 to 94"


def test_answers_over_views_have_a_row_of_their_own():
    lines = summary_lines(summary(views={"of": "crops", "loss": 0.25, "accuracy": 0.925}), epochs=20)
    assert lines[6] == "over views    0.2500      92.5 %   each image and its mirror image, moved too"


@pytest.mark.parametrize(("number", "text"), [(None, "12.35 %"), (5000, "12.35 %"), (1000, "12.3 %"), (100, "12 %")])
def test_decimals_are_no_finer_than_a_tenth_of_an_image(number, text):
    assert percent(0.12345, number) == text


def test_summary_of_a_file_that_does_not_count_images_is_shown_all_the_same():
    assert summary_lines(summary(data={"test": "many"}), epochs=20)[4] == "test          0.3000     90.00 %"


SMALL = (
    "Validation has 10 images, each of which is 10 points: too few to choose an epoch by. Hold out more: "
    "dataset.val_fraction=0.2, or compare with cross_validation=5."
)
RUNNING = (
    "Train figures are means over an epoch, while its weights change: that is why they can be worse than those of "
    "validation. evaluate_train=true measures them at the end."
)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"data": {"train": 91, "val": 10, "test": 25}}, [SMALL]),
        ({"data": {"train": 91, "val": 10, "test": 25}, "epochs_trained": 1}, []),
        ({"val": 0.95}, [RUNNING]),
        ({"val": 0.95, "measured": "selected weights"}, []),
        ({}, []),
    ],
)
def test_what_has_to_be_known_before_figures_are_believed(more, told):
    lines = summary_lines(summary(**more), epochs=20)
    assert " ".join(lines[6:-2]) == " ".join(told)
    assert max(map(len, lines)) <= 80


def test_run_that_is_no_better_than_a_constant_answer_is_told_so():
    lines = summary_lines(summary(accuracy=0.2, majority_accuracy=0.2), epochs=20)
    assert "The test accuracy does not exceed that of always answering the most frequent class." in lines


def test_of_two_classes_the_area_under_the_curve_is_told():
    line = "area under the ROC curve of the test split (AUC): 0.9876"
    assert line in summary_lines(summary(auc=0.98761) | {"classes": ["rest", "bird"]}, epochs=20)
    assert line not in summary_lines(summary(auc=0.98761) | {"classes": ["cat", "dog", "bird"]}, epochs=20)


def test_accuracy_among_the_mapped_classes_is_told_with_their_number():
    mapping = {"mapping": {"ant": ["ant"], "bee": ["bee"], "elf": []}}
    lines = summary_lines(summary(accuracy_among_mapped=0.96732) | mapping, epochs=0)
    assert lines[6] == "among mapped             96.73 %   2 of 3 classes"


@pytest.mark.parametrize(
    ("drawn", "first"),
    [
        (("batch", "confusion", "curves", "mistakes"), "curves"),
        (("batch", "confusion", "mistakes", "roc"), "confusion"),  # a head that was solved at once
        (("batch", "mistakes"), "mistakes"),
        (("batch", "gradients"), "batch"),
    ],
)
def test_picture_that_says_most_is_named_first(tmp_path, drawn, first):
    (tmp_path / "plots").mkdir()
    for name in drawn:
        (tmp_path / "plots" / f"{name}.png").touch()
    others = f"         and {len(drawn) - 1} more beside it"
    assert to_open(RunFolder(tmp_path)) == [f"open     {tmp_path / 'plots' / first}.png", others]


def test_page_is_named_where_there_is_one(tmp_path):
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "curves.png").touch()
    (tmp_path / "report.html").touch()
    assert to_open(RunFolder(tmp_path)) == [f"open     {tmp_path / 'report.html'}"]
