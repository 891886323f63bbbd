"""Splits: which images a run trains on, selects on and is tested on. Stratified, fixed, no image is copied."""

from __future__ import annotations

import dataclasses
import math
import re
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from cnnlab.base.errors import ConfigError, unknown
from cnnlab.base.randomness import generator
from cnnlab.base.texts import first_names
from cnnlab.data.held_out import TEST_FRACTION, VAL_FRACTION
from cnnlab.data.leaks import find_leaks, leak_notes
from cnnlab.data.stores import Data, Source, Split

REST = "rest"  # the class of all others under `dataset.binary`
_NO_TEXT = re.compile(r"true|false|-?(?:nan|inf|\d+(?:\.\d+)?(?:e[+-]?\d+)?)")  # how Python writes what YAML makes
_NAMED = 5  # classes in a note; the rest is counted


@dataclass(frozen=True)
class SplitOptions:
    """Which images of a data set a run uses, and what for."""

    classes: tuple[str, ...] | int | None = None
    """Keep these, in this order, or the first so many; None keeps all."""
    binary: str | None = None
    """This class becomes 1, all others become 0, "rest"; None keeps the classes."""
    per_class: int | None = None
    """Training images per class; None takes all."""
    fraction: float | None = None
    """Part of the training images of each class; None takes all."""
    val_fraction: float = VAL_FRACTION
    """Held out of what is left after the test split; 0: no validation split, not even the source's own."""
    test_fraction: float = TEST_FRACTION
    """Held out where the source has no test split."""
    split_seed: int | Literal["seed"] = 0
    """Draws what is held out; `seed`: the run's seed draws validation, 0 what tests."""
    folds: int | None = None
    """Cut the whole set into so many; None: no cross-validation."""
    fold: int | None = None
    """Which of them tests, from 1; None where there are none."""

    @property
    def follows_seed(self) -> bool:
        """Whether the run's seed chooses images."""
        return self.split_seed == "seed" or self.per_class is not None or self.fraction is not None


def make_splits(source: Source, options: SplitOptions, *, seed: int) -> Data:
    """Choose classes, hold out test and validation, choose a subset of the training images; in this order.

    What is held out of a class with n images is its portion of n, rounded, half up, but at least 1 and at most n - 1;
    of a class with one image it is none. A subset takes `fraction` of n, rounded, half up, but at least 1.

    Args:
        source: its own splits are used as they come; what it has not got is held out of the training split.
        options: which images, and what for.
        seed: of the run; draws the subset, and validation where the options say so.

    Raises:
        ConfigError: an unknown class, fewer than two, a class with too few images or none, an empty split, or folds of
            a data set with a test split of its own.
    """
    if options.classes is not None:
        source = keep_classes(source, options.classes)
    if options.binary is not None:
        source = join_rest(source, options.binary)
    train, test = _train_and_test(source, options)
    val = source.val if options.val_fraction else None
    if options.val_fraction and val is None:
        val_seed = seed if options.split_seed == "seed" else options.split_seed
        train, val = _hold_out(train, source.classes, options.val_fraction, split_seed=val_seed, name="val")
    _check_images(train, val, test, source.classes)
    train = subset(train, source.classes, seed=seed, per_class=options.per_class, fraction=options.fraction)
    leaks = find_leaks(source.duplicates, train=train, val=val, test=test)
    notes = (*source.notes, *_unused_fractions(source, options), *_untested(test, source.classes), *leak_notes(leaks))
    test_files, val_files = _files(source, test), _files(source, val)
    return Data(train, val, test, source.classes, notes, test_files=test_files, val_files=val_files, leaks=leaks)


def _files(source: Source, split: Split | None) -> tuple[str, ...] | None:
    """Return the file of each image of a split; None where images are no files."""
    if source.files is None or split is None:
        return None
    return tuple(source.files[row] for row in split.rows.tolist())


def keep_classes(source: Source, classes: tuple[str, ...] | int) -> Source:
    """Return the images of these classes only, or of the first so many; the labels follow their order.

    Raises:
        ConfigError: fewer than two classes or more than there are, one that the data set has not got, or one twice.
    """
    if isinstance(classes, int):
        classes = _first_classes(source, classes)
    problems = [_unknown_class("classes", name, source) for name in classes if name not in source.classes]
    if twice := sorted({name for name in classes if classes.count(name) > 1}):
        problems.append(f"dataset.classes: more than once: {', '.join(twice)}.")
    if len(classes) < 2:
        problems.append(f"dataset.classes: must be two or more, got {list(classes)}.")
    if problems:
        raise ConfigError(*problems)
    labels = torch.full((len(source.classes),), -1)
    labels[[source.classes.index(name) for name in classes]] = torch.arange(len(classes))
    return _relabel(source, labels, classes)


def _first_classes(source: Source, count: int) -> tuple[str, ...]:
    if count > len(source.classes):
        raise ConfigError(f"dataset.classes: must be <= {len(source.classes)}, the classes of the data, got {count}.")
    return source.classes[:count]


def join_rest(source: Source, name: str) -> Source:
    """Return the question `name` or not: classes "rest" (0), or "no rest" beside a class of that name, and `name` (1).

    Raises:
        ConfigError: the data set has no class of that name.
    """
    if name not in source.classes:
        raise ConfigError(_unknown_class("binary", name, source))
    labels = torch.zeros(len(source.classes), dtype=torch.int64)
    labels[source.classes.index(name)] = 1
    return _relabel(source, labels, (f"no {REST}" if name == REST else REST, name))


def _unknown_class(key: str, name: str, source: Source) -> str:
    quoted = " In a file, quote a name that YAML does not take for text: '1e3'." if _NO_TEXT.fullmatch(name) else ""
    return f"dataset.{key}: {unknown(name, source.classes, noun='class')}{quoted}"


def _relabel(source: Source, labels: Tensor, classes: tuple[str, ...]) -> Source:
    """Give every image the new label of its class; -1 drops it."""

    def relabel(split: Split | None) -> Split | None:
        if split is None:
            return None
        renamed = Split(split.store, labels[split.labels], split.rows)
        return _select(renamed, renamed.labels >= 0)

    train = relabel(source.train)
    assert train is not None
    return dataclasses.replace(source, train=train, val=relabel(source.val), test=relabel(source.test), classes=classes)


def _select(split: Split, chosen: Tensor) -> Split:
    """Keep the images where `chosen`, bool (N,); the order stays, so ascending rows stay ascending."""
    return Split(split.store, split.labels[chosen], split.rows[chosen])


def _train_and_test(source: Source, options: SplitOptions) -> tuple[Split, Split]:
    """Return what is left for training and validation, and the test split: the source's own, a fold, or a portion."""
    split_seed = 0 if options.split_seed == "seed" else options.split_seed  # all seeds are tested on the same images
    if options.folds is not None:
        return _hold_out_fold(source, options, split_seed=split_seed)
    if source.test is not None:
        return source.train, source.test
    return _hold_out(source.train, source.classes, options.test_fraction, split_seed=split_seed, name="test")


def _hold_out_fold(source: Source, options: SplitOptions, *, split_seed: int) -> tuple[Split, Split]:
    """Cut the whole set in two: all folds but one, and that one."""
    assert options.folds is not None
    assert options.fold is not None
    if source.test is not None:
        raise ConfigError(
            "cross_validation: the data has a test split of its own, which stays the test split. Vary the seed "
            "instead, seed=0,1,2,3,4, or give a folder without split folders: dataset=image_folder "
            "dataset.root=path/to/folder."
        )
    is_held = _fold_of(source.train, source.classes, options.folds, split_seed=split_seed) == options.fold
    return _select(source.train, ~is_held), _select(source.train, is_held)


def _fold_of(split: Split, classes: tuple[str, ...], folds: int, *, split_seed: int) -> Tensor:
    """Return the fold of every image, from 1, int64 (N,).

    Each class is dealt out in a random order, and begins where the one before it has ended: neither in a class nor
    altogether does one fold have two images more than another.
    """
    fold_of = torch.zeros(len(split), dtype=torch.int64)
    num_dealt = 0
    for label, class_name in enumerate(classes):
        members = (split.labels == label).nonzero().flatten()
        if len(members) < folds:
            raise ConfigError(
                f"cross_validation: must be <= {len(members)}, the images of class '{class_name}', got {folds}. "
                "Take fewer folds, or leave the class out: dataset.classes."
            )
        order = torch.randperm(len(members), generator=generator(split_seed, "split", f"fold/{class_name}"))
        fold_of[members[order]] = (num_dealt + torch.arange(len(members))) % folds + 1
        num_dealt += len(members)
    return fold_of


def _hold_out(
    split: Split, classes: tuple[str, ...], portion: float, *, split_seed: int, name: str
) -> tuple[Split, Split]:
    """Cut a split in two, class by class; return what stays and what is held out."""
    is_held = torch.zeros(len(split), dtype=torch.bool)
    for label, class_name in enumerate(classes):
        members = (split.labels == label).nonzero().flatten()
        order = torch.randperm(len(members), generator=generator(split_seed, "split", f"{name}/{class_name}"))
        is_held[members[order[: _num_held(len(members), portion)]]] = True
    return _select(split, ~is_held), _select(split, is_held)


def _num_held(num_images: int, portion: float) -> int:
    if num_images < 2:
        return 0
    return min(max(_round_half_up(num_images * portion), 1), num_images - 1)


def _round_half_up(value: float) -> int:
    return math.floor(value + 0.5)


def _check_images(train: Split, val: Split | None, test: Split, classes: tuple[str, ...]) -> None:
    counts = torch.bincount(train.labels, minlength=len(classes)).tolist()
    problems = [f"dataset: class '{name}' has no training images." for name, n in zip(classes, counts) if n == 0]
    if len(test) == 0:
        problems.append("dataset: the test split has no images. It takes two images of a class to hold one out.")
    if val is not None and len(val) == 0:
        problems.append("dataset.val_fraction: no class has an image to spare. Set it to 0: no validation.")
    if problems:
        raise ConfigError(*problems)


def _unused_fractions(source: Source, options: SplitOptions) -> list[str]:
    """Say which portion was asked for in vain, since that split is given."""
    notes = []
    val_fraction, test_fraction = options.val_fraction, options.test_fraction
    if source.val is not None and val_fraction not in (0, VAL_FRACTION):
        notes.append(f"dataset.val_fraction={val_fraction:g} has no effect: the data has a validation split of its own")
    if test_fraction != TEST_FRACTION and (source.test is not None or options.folds is not None):
        why = "the data has a test split of its own" if options.folds is None else "each fold is the test split once"
        notes.append(f"dataset.test_fraction={test_fraction:g} has no effect: {why}")
    return notes


def _untested(test: Split, classes: tuple[str, ...]) -> list[str]:
    """Name the classes of which nothing is known in the end."""
    counts = torch.bincount(test.labels, minlength=len(classes)).tolist()
    names = [f"'{name}'" for name, count in zip(classes, counts) if count == 0]
    return [f"no test images of class {first_names(names, _NAMED)}"] if names else []


def subset(
    train: Split, classes: tuple[str, ...], *, seed: int, per_class: int | None, fraction: float | None
) -> Split:
    """Choose training images by the seed. Subsets are nested: the first k of one permutation per class."""
    if per_class is None and fraction is None:
        return train
    if per_class is not None and fraction is not None:
        raise ConfigError("dataset.per_class: cannot go with dataset.fraction. Leave one of them out.")
    counts = torch.bincount(train.labels, minlength=len(classes)).tolist()
    if per_class is not None and per_class > min(counts):
        smallest = classes[counts.index(min(counts))]
        raise ConfigError(
            f"dataset.per_class: must be <= {min(counts)}, the training images of class '{smallest}', got {per_class}."
        )
    is_chosen = torch.zeros(len(train), dtype=torch.bool)
    for label, class_name in enumerate(classes):
        members = (train.labels == label).nonzero().flatten()
        order = torch.randperm(len(members), generator=generator(seed, "subset", class_name))
        k = per_class if fraction is None else max(_round_half_up(len(members) * fraction), 1)
        is_chosen[members[order[:k]]] = True
    return _select(train, is_chosen)
