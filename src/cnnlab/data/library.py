"""What a process has read of its data sets, for the run that needs it next. Imports no torch."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, TypeVar, cast

from cnnlab.base.free_memory import free_memory_bytes
from cnnlab.base.hashing import FileHashes

if TYPE_CHECKING:
    from cnnlab.data.stores import Data, Source

_PART = 0.25  # of the memory that would be free without what is held: training needs the most of it

Kept = TypeVar("Kept", "Data", "Source")


class DataLibrary:
    """Keeps what was read, so that the runs of a process read each data set once; what was used last goes last.

    Args:
        limit: bytes of images, labels and rows that may be held; None: a quarter of what would be free without them.
            What was used last stays although it is larger, until something else is read.
    """

    def __init__(self, *, limit: int | None = None) -> None:
        self.hashes = FileHashes()
        """Of the files that name runs."""
        self._limit = limit
        self._kept: dict[Hashable, Data | Source] = {}  # the last one is the last that was used

    def get(self, key: Hashable, read: Callable[[], Kept]) -> Kept:
        """Return what has this key, read before or now.

        Args:
            key: names it: everything that it depends on, the content of its files included.
            read: returns it; may use the library itself.
        """
        if key in self._kept:
            value = cast("Kept", self._kept.pop(key))
        else:
            self._let_go(num_staying=0)  # of what is too large to be held beside it
            value = read()
        self._kept[key] = value
        self._let_go(num_staying=1)
        return value

    @property
    def num_bytes(self) -> int:
        """Memory that is held: each store counts once, a file that is mapped into memory not at all."""
        splits = [split for value in self._kept.values() for split in value.splits.values()]
        stores = {split.store for split in splits}
        images = sum(store.images.nbytes for store in stores if not store.is_mapped)
        return images + sum(split.labels.nbytes + split.rows.nbytes for split in splits)

    def _let_go(self, *, num_staying: int) -> None:
        """Forget what was not used for the longest time until the rest may be held, but never the last so many."""
        while len(self._kept) > num_staying and self.num_bytes > self._allowed():
            del self._kept[next(iter(self._kept))]

    def _allowed(self) -> float:
        return _PART * (free_memory_bytes() + self.num_bytes) if self._limit is None else self._limit
