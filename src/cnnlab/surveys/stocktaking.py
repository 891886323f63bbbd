"""A look at a data set before anything is trained on it: counts, files, duplicates, pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import torch

from cnnlab.base.progress import Progress
from cnnlab.base.texts import printable
from cnnlab.data.duplicates import Duplicates, Leak, find_duplicates
from cnnlab.data.fingerprints import Pixels
from cnnlab.data.image_folders.decoding import decode
from cnnlab.data.image_folders.facts import FileFacts, read_facts
from cnnlab.data.leaks import BEGINNING, find_leaks
from cnnlab.data.stores import Data, Source, Split
from cnnlab.surveys.survey import ClassPictures, Files, Group, Member, Range, Survey

CLASSES = 50
"""Classes that are shown by pictures."""
_SAMPLES = 7  # of a class
_GROUPS, _MEMBERS = 30, 4  # that are shown, and images of each
_SIDE = 128  # pixels of a shown photograph
_RARE = 100  # files, of which one of another format is odd
_CHUNK = 1024  # images that are numbers at the same time


def take_stock(source: Source, data: Data, *, name: str, progress: Progress | None = None) -> Survey:
    """Return what is in a data set.

    Args:
        source: the data set as it comes.
        data: the same in the splits of a run.
        name: of it.
        progress: told of what takes long.
    """
    look = _Look(source, data, progress)
    folder = source.folder
    corrupt = {} if folder is None else {printable(path): why for path, why in sorted(folder.corrupt.items())}
    channels, height, width = data.train.images.shape[1:]
    return Survey(
        name=name,
        classes=data.classes,
        counts={name: _counts(split, len(data.classes)) for name, split in data.splits.items()},
        shape=(channels, height, width),
        files=None if folder is None else _files(read_facts(folder.root, folder.paths, progress=progress)),
        corrupt=corrupt,
        notes=[note for note in data.notes if not note.startswith(BEGINNING)],
        groups=look.groups(),
        leaks=look.leaks(),
        pictures=[look.pictures_of(label) for label in range(min(CLASSES, len(data.classes)))],
    )


def _counts(split: Split, num_classes: int) -> list[int]:
    counts: list[int] = torch.bincount(split.labels, minlength=num_classes).tolist()
    return counts


def _files(facts: Sequence[FileFacts]) -> Files | None:
    if not facts:
        return None
    return Files(
        width=_range([fact.width for fact in facts]),
        height=_range([fact.height for fact in facts]),
        aspect=_range([fact.width / fact.height for fact in facts]),
        modes=dict(Counter(fact.mode for fact in facts).most_common()),
        formats=dict(Counter(fact.format for fact in facts).most_common()),
        num_turned=sum(fact.is_turned for fact in facts),
        odd=_odd(facts),
    )


def _odd(facts: Sequence[FileFacts]) -> list[str]:
    """Return the files of a format that hardly any other has: a download's placeholder, for one."""
    formats = Counter(fact.format for fact in facts)
    found = [fact for fact in facts if formats[fact.format] * _RARE <= len(facts)]
    return [f"{printable(fact.path)} ({fact.format})" for fact in found]


def _range(values: Sequence[float]) -> Range:
    return Range(min(values), float(np.median(values)), max(values))


class _Look:
    """Looks at a data set image by image: all stores one after the other, as if they were one.

    Args:
        source: as it comes.
        data: in its splits.
        progress: told of what takes long.
    """

    def __init__(self, source: Source, data: Data, progress: Progress | None) -> None:
        self._source, self._data, self._progress = source, data, progress
        starts: dict[str, int] = {}
        num = 0
        for store in data.stores.values():
            starts[store.name] = num
            num += len(store.images)
        self._splits = {
            name: Split(split.store, split.labels, split.rows + starts[split.store.name])
            for name, split in data.splits.items()
        }
        """With rows of all stores together."""
        self._starts = starts
        self._places: dict[int, tuple[str, int]] = {}
        """Row -> split, and where in it the image is."""
        for name, split in self._splits.items():
            self._places |= {row: (name, place) for place, row in enumerate(split.rows.tolist())}
        self._duplicates = self._find() if source.duplicates is None else source.duplicates

    def _find(self) -> Duplicates:
        if self._progress is not None:
            self._progress("looking for duplicates", 0, 1)
        stores = [store.images.permute(0, 2, 3, 1).numpy() for store in self._data.stores.values()]
        found = find_duplicates(stores[0] if len(stores) == 1 else np.concatenate(stores))
        if self._progress is not None:
            self._progress("looking for duplicates", 1, 1)
        return found

    def leaks(self) -> dict[str, Leak]:
        """Return what of each split is trained on, the test split first."""
        train, test = self._splits["train"], self._splits["test"]
        return find_leaks(self._duplicates, train=train, val=self._splits.get("val"), test=test)

    def groups(self) -> list[Group]:
        """Return the images that show the same, the worst first; of the first ones there are pictures."""
        rows: dict[int, list[int]] = {}
        for row in np.flatnonzero(self._duplicates.near >= 0).tolist():
            if row in self._places:
                rows.setdefault(int(self._duplicates.near[row]), []).append(row)
        found = [self._telling_first(members) for members in rows.values() if len(members) > 1]
        found.sort(key=lambda members: _rank(self._group(members)))
        return [self._group(members, num_shown=_MEMBERS if i < _GROUPS else 0) for i, members in enumerate(found)]

    def _telling_first(self, rows: list[int]) -> list[int]:
        """Order the images of a group: one of each split and class, then the others."""
        kinds: dict[tuple[str, int], int] = {}
        for row in rows:
            split, place = self._places[row]
            kinds.setdefault((split, int(self._splits[split].labels[place])), row)
        return [*kinds.values(), *(row for row in rows if row not in kinds.values())]

    def _group(self, rows: Sequence[int], *, num_shown: int = 0) -> Group:
        members = [self._member(row, is_shown=i < num_shown) for i, row in enumerate(rows)]
        equal = {int(self._duplicates.equal[row]) for row in rows}
        return Group(members, is_equal=len(equal) == 1 and equal != {-1})

    def _member(self, row: int, *, is_shown: bool) -> Member:
        split, place = self._places[row]
        label = self._data.classes[int(self._splits[split].labels[place])]
        name = f"{split} {place}" if self._source.files is None else self._source.files[row]
        return Member(name, split, label, self._pixels(row) if is_shown else None)

    def _pixels(self, row: int) -> Pixels:
        """Return an image in a size to be looked at: of a file, more pixels than a run may see."""
        store = self._splits[self._places[row][0]].store
        image = store.images[row - self._starts[store.name]].numpy()
        folder = self._source.folder
        if folder is None or image.shape[1] >= _SIDE:
            return np.array(image)
        return decode(folder.root / folder.paths[row], len(image), _SIDE, _SIDE)

    def pictures_of(self, label: int) -> ClassPictures:
        """Return the mean of a class and some of its images, evenly over all that there are."""
        total, rows = torch.zeros(self._data.train.images.shape[1:], dtype=torch.float64), []
        for split in self._splits.values():
            chosen = split.rows[split.labels == label]
            rows += chosen.tolist()
            for part in torch.split(chosen - self._starts[split.store.name], _CHUNK):
                total += split.images[part].sum(0, dtype=torch.float64)
        mean = (total / max(1, len(rows))).round().byte().numpy()
        picked = np.unique(np.linspace(0, len(rows) - 1, min(_SAMPLES, len(rows))).astype(int))
        return ClassPictures(self._data.classes[label], mean, [self._pixels(rows[i]) for i in picked])


def _rank(group: Group) -> tuple[bool, bool]:
    return not group.is_leak, not group.is_contradiction
