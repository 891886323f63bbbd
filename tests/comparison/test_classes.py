"""Which classes an arm takes for which, summed over its seeds."""

import pytest

from cnnlab.comparison.arms import read_arms
from cnnlab.comparison.classes import read_confusion
from tests.comparison.study_maker import CLASSES, write_study


def arm_of(*outcomes):
    return read_arms(write_study({"a": outcomes}))[0]


def test_counts_are_summed_over_the_seeds():
    """Of 100 images, cats and dogs in turns, the first 70, 80, 90 are right: 35 + 40 + 45 of 150 each."""
    confusion, damages = read_confusion(arm_of(0.7, 0.8, 0.9, "failed"), CLASSES)
    assert confusion.counts.tolist() == [[120, 30], [30, 120]]
    assert (confusion.num_seeds, confusion.recall, damages) == (3, [0.8, 0.8], [])


def test_class_without_test_images_has_no_recall():
    confusion, _ = read_confusion(arm_of(0.9), (*CLASSES, "horse"))
    assert confusion.recall == [0.9, 0.9, None]


def test_arm_without_predictions_has_no_counts():
    assert read_confusion(arm_of("failed"), CLASSES) == (None, [])


DAMAGED = [
    (b"index,target,predicted\n0,cat,horse\n", "'cat' or 'horse' is none of the classes in summary.json."),
    (b"index\n0\n", "has no columns target and predicted."),
    (b"target,predicted\n\xff", "cannot be read, 'utf-8' codec can't decode"),
]


@pytest.mark.parametrize(("content", "damage"), DAMAGED)
def test_damaged_predictions_are_left_out_and_told(content, damage):
    """Without the first seed, 80 and 90 of 100 images are right: 40 + 45 of 100 each."""
    arm = arm_of(0.7, 0.8, 0.9)
    path = arm.runs[0].folder.path / "predictions.csv"
    path.write_bytes(content)
    confusion, (told,) = read_confusion(arm, CLASSES)
    assert told.startswith(f"{path}: {damage}")
    assert (confusion.counts.tolist(), confusion.num_seeds) == ([[85, 15], [15, 85]], 2)
