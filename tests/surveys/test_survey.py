from __future__ import annotations

import dataclasses

import numpy as np

from cnnlab.data.duplicates import Leak
from cnnlab.surveys.survey import Group, Member, Survey, cautions, headline
from tests.surveys.surveys import SURVEY, member


def changed(**changes: object) -> Survey:
    return dataclasses.replace(SURVEY, **changes)


def test_where_nothing_is_wrong_that_is_said():
    assert headline(SURVEY) == "120 images of 2 classes; nothing wrong was found."
    assert cautions(SURVEY) == []


def test_a_leak_is_said_first():
    survey = changed(leaks={"test": Leak(3, 1, 20)}, corrupt={"a.png": "empty"})
    assert headline(survey) == "3 of 20 test images are training images too."
    assert cautions(survey)[0] == (
        "3 of 20 test images (15.0 %) show what training images show: 1 pixel by pixel, 2 nearly. "
        "What is measured on them is too good. Take them out of one of the splits."
    )


def test_duplicates_of_several_classes_are_counted():
    survey = changed(groups=[Group([member("ant"), member("bee")], is_equal=True)])
    assert headline(survey) == "1 image of 120 images has a duplicate of another class."
    assert cautions(survey)[0].startswith("1 group of duplicates has images of several classes: one label")


def test_images_that_are_there_again_are_counted():
    survey = changed(groups=[Group([member("ant")] * 3, is_equal=False)])
    assert cautions(survey) == ["2 images are there again inside one split; it counts more than once."]


def test_damaged_files_are_counted():
    survey = changed(corrupt={"a.png": "empty"})
    assert headline(survey) == "1 file cannot be decoded."
    assert cautions(survey) == ["1 file cannot be decoded. Repair them, or leave them out: dataset.skip_corrupt=true"]


def test_files_of_another_format_are_named():
    assert SURVEY.files is not None
    survey = changed(files=dataclasses.replace(SURVEY.files, odd=["none.gif (GIF)"]))
    assert cautions(survey) == ["Of another format than the rest, perhaps no images of a class: none.gif (GIF)"]


def test_classes_of_uneven_size_and_few_images_are_named():
    survey = changed(counts={"train": [90, 10], "val": [5, 5], "test": [5, 5]})
    assert headline(survey) == "120 images of 2 classes; some things to know."
    assert cautions(survey) == [
        "Class 'ant' has 9 times the training images of 'bee' (90 and 10): look at balanced_accuracy in summary.json, "
        "which counts every class alike.",
        "Fewer than 20 training images: 'bee'. A pretrained network does better: cnnlab transfer",
    ]


def test_a_group_across_training_and_another_split_is_a_leak():
    def group(*splits: str) -> Group:
        return Group([Member("a", split, "ant", np.zeros((1, 2, 2), np.uint8)) for split in splits], is_equal=True)

    assert group("train", "test").is_leak
    assert group("val", "train").is_leak
    assert not group("train", "train").is_leak
    assert not group("val", "test").is_leak
