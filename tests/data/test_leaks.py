from __future__ import annotations

import numpy as np
import torch

from cnnlab.data.duplicates import Duplicates, Leak
from cnnlab.data.leaks import find_leaks, leak_notes
from cnnlab.data.stores import Split, Store

STORE = Store("decoded", torch.zeros(8, 1, 1, 1, dtype=torch.uint8))


def split(*rows: int) -> Split:
    return Split(STORE, torch.zeros(len(rows), dtype=torch.int64), torch.tensor(rows))


def found(equal: list[int], near: list[int]) -> Duplicates:
    return Duplicates(np.array(equal, np.int32), np.array(near, np.int32))


def test_images_of_a_split_that_are_trained_on_are_counted():
    duplicates = found([-1, 0, -1, -1, 0, -1, -1, -1], [1, 0, -1, -1, 0, 1, -1, 1])
    leaks = find_leaks(duplicates, train=split(0, 1, 2), val=split(3, 7), test=split(4, 5, 6))
    assert leaks == {"test": Leak(2, 1, 3), "val": Leak(1, 0, 2)}
    assert leak_notes(leaks) == [
        "leak: 2 of 3 test images (1 pixel by pixel) and 1 of 2 validation images (0 pixel by pixel) are training "
        "images too; cnnlab data shows them"
    ]


def test_duplicates_inside_one_split_are_no_leak():
    duplicates = found([0, 0, 1, 1, 2, 2, -1, -1], [0, 0, 1, 1, 2, 2, -1, -1])
    assert find_leaks(duplicates, train=split(0, 1), val=split(2, 3), test=split(4, 5, 6, 7)) == {}


def test_what_a_subset_leaves_out_leaks_nothing():
    duplicates = found([-1] * 8, [0, -1, -1, -1, 0, -1, -1, -1])
    assert find_leaks(duplicates, train=split(1), val=None, test=split(4)) == {}
    assert find_leaks(duplicates, train=split(0, 1), val=None, test=split(4)) == {"test": Leak(1, 0, 1)}


def test_where_no_one_has_looked_nothing_is_said():
    assert find_leaks(None, train=split(0), val=None, test=split(1)) == {}
    assert leak_notes({}) == []
