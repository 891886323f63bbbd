"""What is in a data set, as one value, and what has to be said of it. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cnnlab.base.texts import first_names, quantity
from cnnlab.data.duplicates import Leak
from cnnlab.data.fingerprints import Pixels

SPLITS = ("train", "val", "test")
_WORDS = {"train": "training", "val": "validation", "test": "test"}
_UNEVEN = 3  # times the images of the smallest class, from which it is said
_NAMED = 5  # files or classes in a sentence
_FEW = 20  # training images of a class


@dataclass(frozen=True)
class Member:
    """An image of a group."""

    name: str
    """Its file, or its place in the data set."""
    split: str
    """train, val or test."""
    label: str
    """Its class."""
    pixels: Pixels | None
    """(C, H, W); None where it is not shown."""


@dataclass(frozen=True)
class Group:
    """Images that show the same."""

    members: Sequence[Member]
    is_equal: bool
    """Whether all their pixels are equal."""

    @property
    def is_leak(self) -> bool:
        """Whether some are trained on, and others judge the training."""
        splits = {member.split for member in self.members}
        return "train" in splits and len(splits) > 1

    @property
    def is_contradiction(self) -> bool:
        """Whether they are said to be of several classes."""
        return len({member.label for member in self.members}) > 1


@dataclass(frozen=True)
class Range:
    """Of a figure over all images."""

    least: float
    median: float
    most: float


@dataclass(frozen=True)
class Files:
    """Figures of image files."""

    width: Range
    """Pixels, upright; the height too."""
    height: Range
    aspect: Range
    """Width over height."""
    modes: Mapping[str, int]
    """Kind of pixels -> files, the most first; formats likewise."""
    formats: Mapping[str, int]
    num_turned: int
    """Files that their EXIF data turns."""
    odd: Sequence[str] = ()
    """Files of a format that hardly any other has."""


@dataclass(frozen=True)
class ClassPictures:
    """What a class looks like."""

    name: str
    mean: Pixels
    """The mean of its images, (C, H, W)."""
    samples: Sequence[Pixels]


@dataclass(frozen=True)
class Survey:
    """What is in a data set, in the splits of a run."""

    name: str
    """Of the data set, or of its folder."""
    classes: Sequence[str]
    counts: Mapping[str, Sequence[int]]
    """Split -> images of each class."""
    shape: tuple[int, int, int]
    """Channels, height and width, as a run reads it."""
    files: Files | None
    """None where images are no files."""
    corrupt: Mapping[str, str]
    """File -> why it cannot be decoded."""
    notes: Sequence[str]
    groups: Sequence[Group]
    """Those across splits first, then those with several classes, then all others."""
    leaks: Mapping[str, Leak]
    """Split -> what of it is trained on."""
    pictures: Sequence[ClassPictures]

    @property
    def totals(self) -> list[int]:
        """How many images each class has."""
        return [sum(numbers) for numbers in zip(*self.counts.values())]

    @property
    def num_images(self) -> int:
        """How many images all splits have."""
        return sum(self.totals)


def headline(survey: Survey) -> str:
    """Return the most important sentence, of at most fifteen words."""
    of = f"of {survey.num_images:,} images"
    for split, leak in survey.leaks.items():
        are = "is a training image" if leak.num == 1 else "are training images"
        return f"{leak.num:,} of {leak.num_images:,} {_WORDS[split]} images {are} too."
    if num := sum(group.is_contradiction for group in survey.groups):
        return f"{quantity(num, 'image')} {of} {'has' if num == 1 else 'have'} a duplicate of another class."
    if survey.corrupt:
        return f"{quantity(len(survey.corrupt), 'file')} cannot be decoded."
    in_words = f"{survey.num_images:,} images of {len(survey.classes):,} classes"
    return f"{in_words}; {'some things to know' if cautions(survey) else 'nothing wrong was found'}."


def cautions(survey: Survey) -> list[str]:
    """Return what has to be known before a network is trained on it, the worst first."""
    return [
        *_leaks(survey),
        *_contradictions(survey),
        *_repeated(survey),
        *_corrupt(survey),
        *_odd(survey),
        *_balance(survey),
    ]


def _leaks(survey: Survey) -> Iterator[str]:
    for split, leak in survey.leaks.items():
        share = f"{100 * leak.num / leak.num_images:.1f} %"
        equal = f"{leak.num_equal:,} pixel by pixel, {leak.num - leak.num_equal:,} nearly"
        yield (
            f"{leak.num:,} of {leak.num_images:,} {_WORDS[split]} images ({share}) show what training images show: "
            f"{equal}. What is measured on them is too good. Take them out of one of the splits."
        )


def _contradictions(survey: Survey) -> Iterator[str]:
    if num := sum(group.is_contradiction for group in survey.groups):
        have = "group of duplicates has" if num == 1 else "groups of duplicates have"
        yield f"{num:,} {have} images of several classes: one label at least is wrong, or an image shows both."


def _repeated(survey: Survey) -> Iterator[str]:
    if num := sum(len(group.members) - 1 for group in survey.groups if not group.is_leak):
        times = "image is" if num == 1 else "images are"
        yield f"{num:,} {times} there again inside one split; it counts more than once."


def _corrupt(survey: Survey) -> Iterator[str]:
    if survey.corrupt:
        files = quantity(len(survey.corrupt), "file")
        yield f"{files} cannot be decoded. Repair them, or leave them out: dataset.skip_corrupt=true"


def _odd(survey: Survey) -> Iterator[str]:
    odd = () if survey.files is None else survey.files.odd
    if odd:
        yield f"Of another format than the rest, perhaps no images of a class: {first_names(odd, _NAMED)}"


def _balance(survey: Survey) -> Iterator[str]:
    counts = survey.counts["train"]
    most, least = max(counts), min(counts)
    if most >= _UNEVEN * least:
        large, small = survey.classes[counts.index(most)], survey.classes[counts.index(least)]
        times = f"{most / least:.0f} times the training images of '{small}'" if least else f"all but '{small}'s images"
        yield (
            f"Class '{large}' has {times} ({most:,} and {least:,}): look at balanced_accuracy in summary.json, "
            "which counts every class alike."
        )
    few = [name for name, count in zip(survey.classes, counts) if count < _FEW]
    if few:
        named = first_names([f"'{name}'" for name in few], _NAMED)
        yield f"Fewer than {_FEW} training images: {named}. A pretrained network does better: cnnlab transfer"
