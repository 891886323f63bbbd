import pytest

from cnnlab.building.networks import NetworkSize
from cnnlab.networks.transfer.class_mapping import map_classes
from cnnlab.runs.console import (
    RunConsole,
    counted,
    epoch_line,
    mapping_lines,
    opening_lines,
    summary_lines,
)
from cnnlab.training.engine import EpochRecord
from cnnlab.training.evaluation import Score
from cnnlab.training.selection import Selection
from tests.conftest import RUNTIME, built, tiny

RECORD = EpochRecord(7, 0.1, Score(0.1234, 0.961), Score(0.2, 0.95), None, 1.0, (), 12.34, 100.0)


def summary(**test):
    figures = {"loss": 0.3, "accuracy": 0.9}
    return {
        "train": {**figures, "measured": "running mean of epoch 3"}, "val": figures, "best_epoch": 3,
        "test": {**figures, "majority_accuracy": 0.2, **test}, "selected_by": "validation accuracy",
        "seconds": {"train": 75.0}, "images_per_second": 1234.5,
    }  # fmt: skip


@pytest.mark.parametrize(("number", "text"), [(0, "0 epochs"), (1, "1 epoch"), (2, "2 epochs")])
def test_one_is_no_plural(number, text):
    assert counted(number, "epoch") == text


def test_epoch_line_tells_losses_accuracies_and_remaining_time():
    line = epoch_line(RECORD, 20, is_best=True, seconds_left=80.0)
    assert line == "epoch  7/20  train 0.123 96.1%  val 0.200 95.0% *  12.3 s, 1 min 20 s left"
    assert len(line) <= 80


def test_summary_is_a_table_of_80_columns():
    lines = summary_lines(summary(), epochs=20)
    assert lines[1:5] == [
        "                loss    accuracy",
        "train         0.3000     90.00 %   running mean of epoch 3",
        "validation    0.3000     90.00 %",
        "test          0.3000     90.00 %   most frequent class alone: 20.00 %",
    ]
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
    assert lines[5] == "among mapped             96.73 %   2 of 3 classes"


def test_mapping_is_told_in_lines_of_80_columns():
    lines = mapping_lines(map_classes(("dogs", "ant", "bread", "elf", "crane", "mouse"), None))
    assert lines == [
        "mapping  dogs: Chihuahua, Japanese spaniel, Maltese dog, Pekinese and 114 more",
        "         ant: ant",
        "         bread: French loaf",
        "         other: the rest of ImageNet's 1,000",
        "unmapped elf",
        "unmapped, since ambiguous: crane, mouse",
        "         say what stands for them: transfer.mapping=file.yaml",
    ]


def test_mapping_of_many_classes_of_long_names_is_cut():
    animals = ("ants", "bees", "flies", "wolves", "foxes", "bears", "lions", "tigers", "zebras", "pigs")
    lines = mapping_lines(map_classes((*animals, *(f"{'x' * 100}{number}" for number in range(200))), None))
    assert lines[8:] == [
        "         and 2 more, all in summary.json",
        "         other: the rest of ImageNet's 1,000",
        f"unmapped {'x' * 15}…{'x' * 13}0 and 199 more",
        "         say what stands for them: transfer.mapping=file.yaml",
    ]


def test_opening_says_that_a_batch_is_the_whole_training_split():
    config = tiny("batch_size=1000")
    lines = opening_lines("run", config, built(config), RUNTIME, size=NetworkSize(1, 1), epochs_done=0)
    assert "         2 epochs, batch 87, the whole training split, seed 0" in lines


def test_lines_go_to_the_terminal_and_to_the_log(capsys):
    console = RunConsole()
    console.say("before there is a log")
    logged = []
    console.log = logged.append
    console.say("hello")
    console.epoch(RECORD, 20, Selection(epoch=7), 1.0)
    printed = capsys.readouterr().out.splitlines()
    assert printed[:2] == ["before there is a log", "hello"]
    assert logged == printed[1:]


def test_preparation_is_told_at_every_tenth_where_there_is_no_terminal(capsys):
    console = RunConsole()
    for done in range(0, 1001, 5):
        console.preparing("decoding images", done, 1000)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 11
    assert lines[-1] == "decoding images: 1,000 of 1,000"
