"""What a process has read of its data sets, for the run that needs it next."""

import pickle

import pytest
import torch

from cnnlab.data import library as module
from cnnlab.data.library import DataLibrary
from cnnlab.data.stores import Source, Split, Store

IMAGES = 1000  # bytes of a store


def source(*, is_mapped=False):
    """A data set of one store, with labels and rows of 16 bytes together."""
    store = Store("images", torch.zeros(1, 1, 1, IMAGES, dtype=torch.uint8), is_mapped=is_mapped)
    return Source(Split(store, torch.zeros(1).long(), torch.zeros(1).long()), ("a", "b"))


class Reader:
    """Reads data sets by their keys, and remembers in which order."""

    def __init__(self, *, limit, **kind):
        self.library, self.read, self.kind = DataLibrary(limit=limit), [], kind

    def __call__(self, keys):
        for key in keys:
            self.library.get(key, lambda key=key: self.read.append(key) or source(**self.kind))
        return "".join(self.read)


def test_what_was_read_before_is_not_read_again():
    assert Reader(limit=10_000)("abab") == "ab"


def test_least_recently_used_goes_when_memory_is_short():
    reader = Reader(limit=2 * IMAGES + 500)
    assert reader("abac") == "abc"
    assert reader("ac") == "abc"
    assert reader("b") == "abcb"


def test_data_sets_that_no_run_wants_any_more_do_not_pile_up():
    reader = Reader(limit=3 * IMAGES)
    reader("abcdefgh")
    assert reader.library.num_bytes <= 3 * IMAGES


def test_last_one_stays_although_it_is_larger_than_the_limit_until_another_is_read():
    reader = Reader(limit=IMAGES // 2)
    assert reader("aa") == "a"
    held = []
    reader.library.get("b", lambda: held.append(reader.library.num_bytes) or source())
    assert held == [0]


def test_store_counts_once_and_a_mapped_file_not_at_all():
    reader, shared = Reader(limit=10_000), source()
    for key in "ab":
        reader.library.get(key, lambda: shared)
    assert reader.library.num_bytes == IMAGES + 2 * 16
    mapped = Reader(limit=100, is_mapped=True)
    mapped("abc")
    assert mapped.library.num_bytes == 3 * 16


def test_what_reads_may_use_the_library_itself():
    library = DataLibrary(limit=10_000)
    outer = library.get("outer", lambda: library.get("inner", source))
    assert library.get("inner", source) is outer


def test_failed_reading_leaves_nothing():
    library = DataLibrary(limit=10_000)
    with pytest.raises(ZeroDivisionError, match="by zero"):
        library.get("a", lambda: 1 // 0)
    assert library.get("a", source).classes == ("a", "b")


def test_limit_is_a_quarter_of_what_would_be_free(monkeypatch):
    monkeypatch.setattr(module, "free_memory_bytes", lambda: 5 * IMAGES)
    library = DataLibrary()
    for key in "ab":
        library.get(key, source)
    assert library.num_bytes == IMAGES + 16  # of both, a quarter of 7,032 bytes would be too much


def test_empty_library_goes_to_other_processes():
    assert pickle.loads(pickle.dumps(DataLibrary(limit=5))).num_bytes == 0
