from __future__ import annotations

import torch
import torch.nn.functional as F

from cnnlab.data.resizing import resize, resize_used
from cnnlab.data.stores import Data, Split, Store, whole


def test_resize_is_bilinear_with_antialiasing():
    images = torch.randint(0, 256, (300, 3, 12, 12), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    expected = F.interpolate(images.float(), (5, 5), mode="bilinear", antialias=True)
    rows = torch.arange(len(images))
    torch.testing.assert_close(resize(images, rows, 5).float(), expected, atol=0.501, rtol=0)  # rounded


def test_a_store_is_resized_once_for_all_its_splits():
    store = Store("images", torch.zeros(4, 1, 6, 6, dtype=torch.uint8))
    parts = [Split(store, torch.zeros(2).long(), torch.tensor(rows)) for rows in ([0, 1], [2, 3])]
    resized = resize_used(Data(parts[0], None, parts[1], ("a", "b"), ()), 3)
    assert resized.train.images.shape == (4, 1, 3, 3)
    assert resized.train.store is resized.test.store
    assert resized.test.rows.tolist() == [2, 3]


def test_only_images_that_are_used_are_resized():
    store = Store("images", torch.arange(6, dtype=torch.uint8)[:, None, None, None].expand(6, 1, 4, 4))
    own = torch.full((2, 1, 3, 3), 9, dtype=torch.uint8)
    labels = torch.tensor([0, 1])
    train, val = Split(store, labels, torch.tensor([5, 1])), Split(store, labels, torch.tensor([1, 4]))
    test = whole("of that size", own, labels)
    resized = resize_used(Data(train, val, test, ("a", "b"), ()), 3)
    assert resized.train.images[:, 0, 0, 0].tolist() == [1, 4, 5]
    assert resized.train.rows.tolist() == [2, 0]
    assert resized.val is not None
    assert resized.val.rows.tolist() == [0, 1]
    assert resized.test is test
