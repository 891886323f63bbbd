"""Stores of images that have names, and the splits that take rows of them."""

import pytest
import torch

from cnnlab.data import stores
from cnnlab.data.stores import Data, Split, Store, whole


def store(name, value=0):
    return Store(name, torch.full((4, 1, 2, 2), value, dtype=torch.uint8))


def split(of, *rows):
    return Split(of, torch.zeros(len(rows), dtype=torch.int64), torch.tensor(rows))


def data(train, val, test):
    return Data(train, val, test, ("a", "b"), ())


def test_whole_store_is_a_split_with_all_of_its_rows():
    part = whole("images", torch.zeros(3, 1, 2, 2, dtype=torch.uint8), torch.tensor([0, 1, 1]))
    assert (part.store.name, part.rows.tolist(), len(part)) == ("images", [0, 1, 2], 3)


def test_stores_come_once_each_in_the_order_of_the_splits():
    one, other = store("one"), store("other")
    assert data(split(other, 0), split(one, 1), split(other, 2)).stores == {"other": other, "one": one}
    assert list(data(split(other, 0), None, split(one, 1)).splits) == ["train", "test"]


def test_two_stores_of_one_name_are_refused():
    mixed_up = data(split(store("images"), 0), None, split(store("images"), 1))
    with pytest.raises(
        ValueError, match=r"^store: two are called 'images'\. Give each of a data set a name of its own"
    ):
        _ = mixed_up.stores


def test_splits_move_to_other_stores_of_the_same_names():
    one, other = store("one"), store("other")
    moved = data(split(one, 0), split(one, 3), split(other, 2)).with_stores(
        {"one": store("one", 1), "other": store("other", 2)}
    )
    assert [int(part.images[part.rows].max()) for part in moved.splits.values()] == [1, 1, 2]
    assert moved.splits["val"].rows.tolist() == [3]


def test_normalization_is_measured_once_on_the_training_images_alone(monkeypatch):
    measured = []
    monkeypatch.setattr(
        stores, "measure_normalization", lambda images, rows: measured.append(rows.tolist()) or "measured"
    )
    images = data(split(store("images"), 0, 2), None, split(store("images"), 1))
    assert [images.normalization, images.normalization] == ["measured", "measured"]
    assert measured == [[0, 2]]


def test_images_on_another_device_are_shared_by_all_that_have_them_there():
    store, elsewhere = Store("images", torch.zeros(2, 1, 3, 3, dtype=torch.uint8)), torch.device("meta")
    assert store.images_on(elsewhere) is None
    one, other = store.on(elsewhere), store.on(elsewhere)
    assert one.images.is_meta
    assert one.images is other.images is store.images_on(elsewhere)
    del one, other
    assert store.images_on(elsewhere) is None
