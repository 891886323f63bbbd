from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from cnnlab.data.arrays.idx import find_idx, read_idx

LABELS = struct.pack(">HBBI", 0, 8, 1, 3) + bytes([7, 0, 9])
IMAGES = struct.pack(">HBBIII", 0, 8, 3, 2, 1, 2) + bytes([1, 2, 3, 4])


def test_values_and_shape_come_from_the_file(tmp_path):
    (tmp_path / "labels").write_bytes(LABELS)
    (tmp_path / "images.gz").write_bytes(gzip.compress(IMAGES))
    assert read_idx(tmp_path / "labels", num_dims=1).tolist() == [7, 0, 9]
    images = read_idx(tmp_path / "images.gz", num_dims=3)
    assert images.tolist() == [[[1, 2]], [[3, 4]]]
    assert images.dtype == np.uint8
    assert images.flags.writeable  # torch warns of arrays that are not


def test_plain_file_is_found_before_the_compressed_one(tmp_path):
    assert find_idx(tmp_path, "a") is None
    (tmp_path / "a.gz").touch()
    assert find_idx(tmp_path, "a") == tmp_path / "a.gz"
    (tmp_path / "a").touch()
    assert find_idx(tmp_path, "a") == tmp_path / "a"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a", b"", r"^it begins with nothing, not 00000803$"),
        ("a", LABELS, r"^it begins with 00000801, not 00000803$"),
        ("a", IMAGES[:7], r"^it is cut short within its header of 16 bytes$"),
        ("a", IMAGES[:-1], r"^it has 19 bytes, its header says 20$"),
        ("a", IMAGES + b"x", r"^it has 21 bytes, its header says 20$"),
        ("a.gz", gzip.compress(IMAGES, mtime=0)[:-10], r"^it cannot be decompressed, "),
        ("a.gz", IMAGES, r"^it cannot be decompressed, Not a gzipped file"),
        ("a.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03 rubbish", r"^it cannot be decompressed, "),
    ],
)
def test_damaged_file_is_refused(tmp_path: Path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read_idx(tmp_path / name, num_dims=3)
