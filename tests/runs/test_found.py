"""What a run found in its data, in words."""

import pytest

from cnnlab.config.load import load
from cnnlab.runs.found import data_lines, scores_kept
from tests.conftest import built, composed, tiny


def lines_of(config):
    parts = built(config)
    return data_lines(config, parts.data, parts.images)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("dataset.num_classes=3 dataset.class_names=[ant,bee,wasp]", "3x8x8, 3 classes: ant, bee, wasp"),
        ("dataset.num_classes=12", "3x8x8, 12 classes: 0, 1, 2, 3, 4, 5, 6, 7 and 4 more"),
    ],
)
def test_first_lines_name_up_to_eight_classes(typed, said):
    config = tiny(*typed.split())
    assert f"         {said}" in lines_of(config)


def test_images_of_a_folder_are_counted_by_class_and_few_name_another_command(photos):
    config = load(composed("dataset=image_folder", "dataset.root=my photos", "device=cpu"))
    assert lines_of(config) == [
        "data     image_folder my photos: 16 train, 2 validation, 4 test images",
        "         3x64x64, 2 classes: cats 12, dogs 10",
        "         22 of 22 images smaller than 64 x 64, and enlarged to it (dataset.image_size)",
        "         few images: 16 to learn from. A pretrained network does better:",
        "         cnnlab transfer 'my photos'",
    ]


def test_opening_names_the_fold():
    config = tiny("dataset.folds=3", "dataset.fold=2")
    assert lines_of(config)[0] == "data     synthetic, fold 2 of 3: 71 train, 9 validation, 40 test images"


def test_only_of_more_than_20_classes_it_is_said_that_there_is_no_roc():
    assert scores_kept(20) == []
    assert scores_kept(21) == ["more than 20 classes: predictions.csv keeps the 5 best scores, so no ROC is drawn"]
