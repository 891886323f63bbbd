from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cnnlab.data.image_folders import kept_duplicates as room
from cnnlab.data.image_folders.kept_duplicates import kept_duplicates
from tests.data.pictures import pixels, scene

IMAGES = pixels(scene(0), scene(1), scene(0))


def refuse(*_: object) -> None:
    raise AssertionError("looked again")


def test_what_was_found_once_is_read(tmp_path, monkeypatch):
    first = kept_duplicates(tmp_path, IMAGES)
    monkeypatch.setattr(room, "find_duplicates", refuse)
    again = kept_duplicates(tmp_path, IMAGES)
    assert again.near.tolist() == first.near.tolist() == [0, -1, 0]
    assert again.equal.tolist() == first.equal.tolist()
    assert [path.name for path in tmp_path.iterdir()] == ["duplicates-1.npy"]


@pytest.mark.parametrize("damaged", [b"", b"no numbers", b"\x93NUMPY\x01\x00"])
def test_a_damaged_file_is_made_anew(tmp_path, damaged):
    kept_duplicates(tmp_path, IMAGES)
    (tmp_path / "duplicates-1.npy").write_bytes(damaged)
    assert kept_duplicates(tmp_path, IMAGES).near.tolist() == [0, -1, 0]
    assert np.load(tmp_path / "duplicates-1.npy").shape == (2, 3)


def test_a_file_of_other_images_does_not_count(tmp_path):
    kept_duplicates(tmp_path, IMAGES[:2])
    assert kept_duplicates(tmp_path, IMAGES).near.tolist() == [0, -1, 0]


def test_a_cache_that_cannot_be_written_is_no_reason_to_fail(tmp_path):
    assert kept_duplicates(tmp_path / "gone", IMAGES).near.tolist() == [0, -1, 0]


def test_many_images_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "_MANY", 3)
    told: list[tuple[str, int, int]] = []
    kept_duplicates(tmp_path, IMAGES, progress=lambda *words: told.append(words))
    assert told == [("looking for duplicates", 0, 1), ("looking for duplicates", 1, 1)]
    kept_duplicates(tmp_path, IMAGES, progress=refuse)
    kept_duplicates(Path(tmp_path / "few"), IMAGES[:2], progress=refuse)
