from __future__ import annotations

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.data.image_folders.listing import list_folder
from cnnlab.data.image_folders.split_folders import SplitFolders, find_splits, role_of
from tests.data.image_folders.files import touch

TRAIN = ["train", "Training", "TRAIN", "training_set", "Training-Set", "trainset", "train_images", "images train",
         "seg_train", "train_data", "Train_Full", "train2017", "training_dataset", "Train Images"]  # fmt: skip
TEST = ["test", "Testing", "TEST", "test_set", "Test-Set", "testset", "test_images", "seg_test", "test_data", "test1",
        "evaluation", "Evaluation_Set", "eval", "holdout", "hold-out"]  # fmt: skip
VAL = ["val", "Valid", "VALIDATION", "validation_set", "valid-set", "val_images", "dev", "dev_set", "val2017"]


@pytest.mark.parametrize(("role", "names"), [("train", TRAIN), ("test", TEST), ("val", VAL)])
def test_splits_are_known_by_the_names_of_published_sets(role, names):
    assert [name for name in names if role_of(name) != role] == []


def test_other_names_are_classes():
    names = [
        "cat",
        "trains",
        "trainer",
        "value",
        "valley",
        "devil",
        "evaluator",
        "contest",
        "images",
        "set",
        "0",
        "pretest",
    ]
    assert [name for name in names if role_of(name) is not None] == []


@pytest.mark.parametrize("train", TRAIN)
def test_class_folders_of_both_splits_are_found(tmp_path, train):
    for split in (train, "Test-Set"):
        touch(tmp_path, f"{split}/a/1.jpg", f"{split}/b/1.jpg")
    assert find_splits(list_folder(tmp_path)).roles == {train: "train", "Test-Set": "test"}


@pytest.mark.parametrize("names", [("asl_alphabet_train", "asl_alphabet_test"), ("Train pets", "Test pets"),
                                   ("fruits-training-v2", "fruits-validation-v2")])  # fmt: skip
def test_names_that_are_alike_but_for_the_split_are_splits(tmp_path, names):
    for split in names:
        touch(tmp_path, f"{split}/a/1.jpg", f"{split}/b/1.jpg")
    assert find_splits(list_folder(tmp_path)).roles == {names[0]: "train", names[1]: "test"}


@pytest.mark.parametrize("inner", ["Training_Set", "train", "images"])
def test_folder_that_only_holds_the_folder_of_the_classes_is_passed(tmp_path, inner):
    touch(tmp_path, f"training_set/{inner}/a/1.jpg", f"training_set/{inner}/b/1.jpg", "test_set/a/1.jpg")
    assert find_splits(list_folder(tmp_path)).roles == {f"training_set/{inner}": "train", "test_set": "test"}


def test_only_class_of_the_test_split_is_a_class(tmp_path):
    touch(tmp_path, "train/a/1.jpg", "train/b/1.jpg", "test/a/1.jpg")
    assert find_splits(list_folder(tmp_path)).roles == {"train": "train", "test": "test"}


def test_classes_at_the_top_are_no_splits(tmp_path):
    touch(tmp_path, "train/1.jpg", "test/1.jpg", "plane/big/1.jpg")
    assert find_splits(list_folder(tmp_path)) == SplitFolders()


def test_two_folders_of_a_split_are_refused(tmp_path):
    touch(tmp_path, "train/a/1.jpg", "test/a/1.jpg", "testing_set/a/1.jpg")
    message = r"^dataset\.root: more than one folder for a split: 'test', 'testing_set'\. Leave one\.$"
    with pytest.raises(ConfigError, match=message):
        find_splits(list_folder(tmp_path))


def test_splits_without_class_folders_are_refused(tmp_path):
    touch(tmp_path, "train_images/1.jpg", "test_images/1.jpg", "train.csv")
    message = r"^dataset\.root: 'test_images', 'train_images' are splits by their names, and their images lie in no "
    with pytest.raises(ConfigError, match=message):
        find_splits(list_folder(tmp_path))
