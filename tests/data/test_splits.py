from __future__ import annotations

import dataclasses

import pytest
import torch

from cnnlab.base.errors import ConfigError
from cnnlab.data.splits import SplitOptions, make_splits
from cnnlab.data.stores import Data, Source, Split, whole

CLASSES = ("ant", "bee", "cat")


def split_of(counts: list[int]) -> Split:
    """Images of the classes in turn; pixel value = position."""
    labels = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))
    labels = labels[torch.randperm(len(labels), generator=torch.Generator().manual_seed(1))]
    images = torch.arange(len(labels), dtype=torch.uint8)[:, None, None, None]
    return whole("images", images, labels)


def source_of(*counts: int, **parts: Split) -> Source:
    return Source(split_of(list(counts)), CLASSES[: len(counts)], notes=("a note",), **parts)


def split(source: Source, *, seed: int = 0, **changes: object) -> Data:
    return make_splits(source, SplitOptions(**changes), seed=seed)


def counts(part: Split | None) -> list[int]:
    assert part is not None
    return torch.bincount(part.labels).tolist()


def rows(part: Split | None) -> set[int]:
    assert part is not None
    return set(part.rows.tolist())


def test_test_and_validation_are_held_out_of_each_class():
    data = split(source_of(100, 50, 20))
    assert counts(data.test) == [20, 10, 4]
    assert counts(data.val) == [8, 4, 2]  # a tenth of 80, 40 and 16: 1.6 rounds to 2
    assert counts(data.train) == [72, 36, 14]


def test_splits_are_disjoint_and_complete():
    data = split(source_of(30, 30, 30))
    parts = [rows(data.train), rows(data.val), rows(data.test)]
    assert set.union(*parts) == set(range(90))
    assert sum(map(len, parts)) == 90


def test_labels_stay_with_their_images_and_rows_ascend():
    source = source_of(30, 30, 30)
    data = split(source)
    for part in (data.train, data.val, data.test):
        assert part is not None
        assert part.rows.tolist() == sorted(part.rows.tolist())
        assert torch.equal(part.labels, source.train.labels[part.rows])


def test_no_image_is_copied():
    source = source_of(30, 30, 30)
    data = split(source, classes=("cat", "ant"), binary="ant", per_class=5)
    assert data.train.store is data.test.store is source.train.store


def test_splits_depend_on_split_seed_and_not_on_the_seed():
    source = source_of(50, 50)
    first, same, other = split(source), split(source, seed=7), split(source, split_seed=1)
    for name in ("train", "val", "test"):
        assert rows(getattr(first, name)) == rows(getattr(same, name))
        assert rows(getattr(first, name)) != rows(getattr(other, name))


def test_split_seed_may_be_the_seed_for_all_but_the_test_split():
    source = source_of(50, 50)
    first, second = (split(source, split_seed="seed", seed=seed) for seed in (3, 4))
    assert rows(first.test) == rows(second.test) == rows(split(source).test)
    assert rows(first.val) != rows(second.val)


def folds_of(source: Source, folds: int, **changes: object) -> list[Data]:
    return [split(source, folds=folds, fold=fold, **changes) for fold in range(1, folds + 1)]


def test_folds_are_each_the_test_split_once_and_hold_every_image():
    folds = folds_of(source_of(31, 22, 13), 5)
    assert sorted(row for data in folds for row in rows(data.test)) == list(range(66))
    for data in folds:
        parts = [rows(data.train), rows(data.val), rows(data.test)]
        assert set.union(*parts) == set(range(66))
        assert sum(map(len, parts)) == 66


def test_folds_differ_by_one_image_at_most_in_a_class_and_altogether():
    sizes = torch.tensor([counts(data.test) for data in folds_of(source_of(31, 22, 13), 5)])
    assert sizes.tolist() == [[7, 4, 3], [6, 5, 2], [6, 5, 2], [6, 4, 3], [6, 4, 3]]
    assert sizes.sum(1).tolist() == [14, 13, 13, 13, 13]


def test_validation_is_carved_of_the_other_folds():
    for data in folds_of(source_of(50, 25), 5):
        assert counts(data.test) == [10, 5]
        assert counts(data.val) == [4, 2]  # a tenth of 40 and of 20


def test_folds_depend_on_split_seed_and_not_on_the_seed():
    source = source_of(50, 50)
    first, same, other = (folds_of(source, 5, **changes)[0] for changes in ({}, {"seed": 7}, {"split_seed": 1}))
    assert rows(first.test) == rows(same.test) != rows(other.test)
    assert rows(first.val) == rows(same.val)


def test_subset_of_a_fold_follows_the_seed():
    source = source_of(50, 50)
    first, other = (split(source, folds=5, fold=2, per_class=7, seed=seed) for seed in (0, 1))
    assert counts(first.train) == [7, 7]
    assert rows(first.train) != rows(other.train)


def test_folds_of_a_data_set_with_a_test_split_of_its_own_are_refused():
    expected = (
        r"^cross_validation: the data has a test split of its own, which stays the test split\. Vary the seed instead, "
        r"seed=0,1,2,3,4, or give a folder without split folders: dataset=image_folder dataset\.root=path/to/folder\.$"
    )
    with pytest.raises(ConfigError, match=expected):
        split(source_of(50, 50, test=split_of([3, 4])), folds=5, fold=1)


def test_class_with_fewer_images_than_folds_is_refused():
    expected = (
        r"^cross_validation: must be <= 4, the images of class 'bee', got 5\. "
        r"Take fewer folds, or leave the class out: dataset\.classes\.$"
    )
    with pytest.raises(ConfigError, match=expected):
        split(source_of(50, 4), folds=5, fold=1)


@pytest.mark.parametrize(
    ("num_images", "portion", "num_held"),
    [(1, 0.5, 0), (2, 0.1, 1), (2, 1.0, 1), (5, 0.1, 1), (10, 0.25, 3), (10, 0.24, 2), (10, 0.99, 9), (10, 1.0, 9)],
)
def test_portion_is_rounded_half_up_and_leaves_an_image_on_either_side(num_images, portion, num_held):
    data = split(source_of(num_images, 20), test_fraction=portion, val_fraction=0.0)
    assert (data.test.labels == 0).sum() == num_held


def test_own_test_split_is_used_as_it_is():
    own = split_of([3, 4])
    data = split(source_of(50, 50, test=own))
    assert data.test is own
    assert counts(data.train) == [45, 45]


def test_own_validation_split_is_used_as_it_is():
    own = split_of([3, 4])
    data = split(source_of(50, 50, val=own, test=split_of([1, 1])))
    assert data.val is own
    assert counts(data.train) == [50, 50]


def test_val_fraction_0_means_no_validation_split():
    assert split(source_of(50, 50), val_fraction=0.0).val is None
    assert split(source_of(50, 50, val=split_of([3, 4])), val_fraction=0.0).val is None


def test_files_of_the_test_split_are_those_of_its_rows():
    source = dataclasses.replace(source_of(10, 10), files=tuple(f"{row}.png" for row in range(20)))
    data = split(source)
    assert data.test_files == tuple(f"{row}.png" for row in data.test.rows.tolist())
    assert split(source_of(10, 10)).test_files is None


def test_notes_are_passed_on():
    assert split(source_of(5, 5)).notes == ("a note",)


def test_portions_that_are_asked_for_in_vain_are_noted():
    source = source_of(20, 20, val=split_of([1, 1]), test=split_of([1, 1]))
    assert split(source, val_fraction=0.3, test_fraction=0.4).notes == (
        "a note",
        "dataset.val_fraction=0.3 has no effect: the data has a validation split of its own",
        "dataset.test_fraction=0.4 has no effect: the data has a test split of its own",
    )
    assert split(source, val_fraction=0.0).notes == ("a note",)
    assert split(source_of(20, 20), test_fraction=0.4, folds=2, fold=1).notes[1:] == (
        "dataset.test_fraction=0.4 has no effect: each fold is the test split once",
    )
    assert split(source_of(20, 20), val_fraction=0.3, test_fraction=0.4).notes == ("a note",)


def test_a_number_of_classes_keeps_the_first_so_many():
    data = split(source_of(30, 20, 10), classes=2)
    named = split(source_of(30, 20, 10), classes=("ant", "bee"))
    assert data.classes == ("ant", "bee")
    for part in ("train", "val", "test"):
        assert rows(getattr(data, part)) == rows(getattr(named, part))
    assert split(source_of(30, 20, 10), classes=3).classes == CLASSES


def test_more_classes_than_there_are_are_refused():
    with pytest.raises(ConfigError, match=r"^dataset\.classes: must be <= 3, the classes of the data, got 4\.$"):
        split(source_of(5, 5, 5), classes=4)


def test_binary_may_name_one_of_the_first_classes_only():
    assert split(source_of(9, 9, 9), classes=2, binary="bee").classes == ("rest", "bee")
    with pytest.raises(ConfigError, match=r"^dataset\.binary: unknown class 'cat'\. .*Known: ant, bee\.$"):
        split(source_of(9, 9, 9), classes=2, binary="cat")


def test_classes_without_test_images_are_named():
    first, second, third = CLASSES[:3]
    assert split(source_of(5, 1, 5)).notes == ("a note", f"no test images of class '{second}'")
    assert (
        split(source_of(5, 5, 5, test=split_of([0, 3, 0]))).notes[-1] == f"no test images of class '{first}', '{third}'"
    )


def test_of_many_classes_without_test_images_five_are_named():
    names = tuple("abcdefgh")
    source = Source(split_of([2] * 8), names, test=split_of([1] + [0] * 7))
    assert split(source).notes == ("no test images of class 'b', 'c', 'd', 'e', 'f' and 2 more",)


def test_classes_keeps_these_in_this_order():
    source = source_of(30, 20, 10, test=split_of([3, 2, 1]))
    data = split(source, classes=("cat", "ant"))
    assert data.classes == ("cat", "ant")
    assert counts(data.test) == [1, 3]
    assert torch.equal(source.train.labels[data.train.rows], torch.tensor([2, 0])[data.train.labels])


def test_binary_asks_for_one_class_against_the_rest():
    source = source_of(30, 20, 10, test=split_of([3, 2, 1]))
    data = split(source, binary="bee", val_fraction=0.0)
    assert data.classes == ("rest", "bee")
    assert counts(data.train) == [40, 20]
    assert counts(data.test) == [4, 2]
    assert torch.equal(data.train.labels, (source.train.labels == 1).long())


def test_binary_comes_after_classes():
    data = split(source_of(30, 20, 10), classes=("bee", "cat"), binary="cat", val_fraction=0.0, test_fraction=0.5)
    assert counts(data.train) == [10, 5]


def test_per_class_takes_so_many_training_images():
    data = split(source_of(50, 40), per_class=7)
    assert counts(data.train) == [7, 7]
    assert counts(data.test) == [10, 8]


@pytest.mark.parametrize(("fraction", "expected"), [(0.5, [36, 4]), (0.01, [1, 1]), (1.0, [72, 7])])
def test_fraction_takes_its_part_of_each_class_and_at_least_one(fraction, expected):
    assert counts(split(source_of(100, 10), fraction=fraction).train) == expected  # 72 and 7 remain for training


def test_subsets_follow_the_seed_and_are_nested():
    source = source_of(50, 50)
    small, large = split(source, per_class=5), split(source, per_class=20)
    assert rows(small.train) < rows(large.train)
    assert rows(small.train) != rows(split(source, per_class=5, seed=1).train)
    assert rows(small.train) < rows(split(source, fraction=0.5).train)


@pytest.mark.parametrize(("name", "meant"), [("true", "True"), ("1000.0", "1e3"), ("7", "007"), ("nan", ".nan")])
def test_unknown_class_that_yaml_has_made_of_another_name_is_to_be_quoted(name, meant):
    source = dataclasses.replace(source_of(5, 5), classes=("ant", meant))
    with pytest.raises(
        ConfigError, match=r"unknown class .* In a file, quote a name that YAML does not take for text: '1e3'"
    ):
        split(source, classes=("ant", name))


def test_unknown_class_names_the_nearest():
    with pytest.raises(
        ConfigError, match=r"^dataset\.classes: unknown class 'bees'\. Did you mean 'bee'\? Known: ant, b"
    ):
        split(source_of(5, 5), classes=("ant", "bees"))
    with pytest.raises(ConfigError, match=r"^dataset\.binary: unknown class 'bees'\. Did you mean 'bee'\?"):
        split(source_of(5, 5), binary="bees")


def test_fewer_than_two_classes_are_refused():
    with pytest.raises(ConfigError, match=r"^dataset\.classes: must be two or more, got \['ant'\]\.$"):
        split(source_of(5, 5), classes=("ant",))


def test_a_class_asked_for_twice_is_refused():
    with pytest.raises(ConfigError, match=r"^dataset\.classes: more than once: ant\.$"):
        split(source_of(5, 5), classes=("ant", "bee", "ant"))


def test_per_class_beyond_the_images_names_the_smallest_class():
    with pytest.raises(
        ConfigError, match=r"^dataset\.per_class: must be <= 7, the training images of class 'bee', got 8\."
    ):
        split(source_of(100, 10), per_class=8)


def test_per_class_and_fraction_exclude_each_other():
    with pytest.raises(ConfigError, match=r"^dataset\.per_class: cannot go with dataset\.fraction\."):
        split(source_of(5, 5), per_class=1, fraction=0.5)


def test_class_without_training_images_is_refused():
    with pytest.raises(ConfigError, match=r"^dataset: class 'bee' has no training images\.$"):
        split(source_of(5, 0), val_fraction=0.0)


def test_splits_without_an_image_are_refused():
    with pytest.raises(ConfigError, match=r"^dataset: the test split has no images\. It takes two images of a class"):
        split(source_of(1, 1), val_fraction=0.0)
    with pytest.raises(ConfigError, match=r"^dataset\.val_fraction: no class has an image to spare\. Set it to 0"):
        split(source_of(2, 2))


def test_class_that_is_called_rest_can_be_asked_for():
    source = Source(split_of([10, 10]), ("ant", "rest"))
    assert split(source, binary="rest").classes == ("no rest", "rest")
    assert split(source, binary="ant").classes == ("rest", "ant")
