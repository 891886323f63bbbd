from __future__ import annotations

import errno
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnlab.base.errors import ConfigError
from cnnlab.data.image_folders.decoding import Header, Target, decode, decode_files, read_headers
from cnnlab.data.scaling import Scaling


def save(path: Path, array: np.ndarray, mode: str | None = None, **options: object) -> Path:
    image = Image.fromarray(array)
    (image.convert(mode) if mode else image).save(path, **options)
    return path


def flat(height: int, width: int, *color: int) -> np.ndarray:
    return np.full((height, width, len(color)), color, np.uint8)


def huge_png() -> bytes:
    """A PNG of 100,000 x 100,000 pixels, as its header says."""
    header = b"IHDR" + struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


def test_rgb_comes_out_as_it_went_in(tmp_path):
    pixels = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    np.testing.assert_array_equal(decode(save(tmp_path / "a.png", pixels), 3, 4, 6), pixels.transpose(2, 0, 1))


@pytest.mark.parametrize("suffix", ["png", "bmp", "pgm", "tif", "webp"])
def test_gray_fills_one_channel_or_three(tmp_path, suffix):
    pixels = np.arange(0, 256, 16, dtype=np.uint8).reshape(4, 4)
    options = {"lossless": True} if suffix == "webp" else {}
    path = save(tmp_path / f"a.{suffix}", pixels, "RGB" if suffix == "webp" else None, **options)
    np.testing.assert_array_equal(decode(path, 1, 4, 4), pixels[None])
    np.testing.assert_array_equal(decode(path, 3, 4, 4), np.stack([pixels] * 3))


@pytest.mark.parametrize(("suffix", "dtype"), [("png", np.uint16), ("tif", np.uint16), ("tif", np.int32)])
def test_sixteen_bits_are_scaled_and_not_clipped(tmp_path, suffix, dtype):
    path = save(tmp_path / f"a.{suffix}", np.array([[0, 257], [25700, 65535]], dtype))
    assert decode(path, 1, 2, 2).tolist() == [[[0, 1], [100, 255]]]


@pytest.mark.parametrize(
    ("values", "expected"), [([0.0, 1.0, 0.4, np.nan], [0, 255, 102, 0]), ([0.0, 255.0, 7.6, np.nan], [0, 255, 8, 0])]
)
def test_floats_are_fractions_of_white_or_levels(tmp_path, values, expected):
    path = save(tmp_path / "a.tif", np.array([values], np.float32))
    assert decode(path, 1, 1, 4)[0, 0].tolist() == expected


def test_one_bit_is_black_or_white(tmp_path):
    path = save(tmp_path / "a.png", np.array([[0, 255]], np.uint8), "1")
    assert decode(path, 1, 1, 2).tolist() == [[[0, 255]]]


@pytest.mark.parametrize(("alpha", "expected"), [(0, (255, 255, 255)), (255, (200, 100, 0)), (51, (244, 224, 204))])
def test_transparency_is_laid_on_white(tmp_path, alpha, expected):
    path = save(tmp_path / "a.png", flat(2, 2, 200, 100, 0, alpha))
    assert tuple(decode(path, 3, 2, 2)[:, 0, 0]) == expected


def test_gray_with_alpha_is_laid_on_white(tmp_path):
    path = save(tmp_path / "a.png", flat(2, 2, 100, 0), "LA")
    assert decode(path, 1, 2, 2).tolist() == [[[255, 255], [255, 255]]]


def test_transparent_palette_color_is_laid_on_white(tmp_path):
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.putpixel((1, 0), 1)
    image.save(tmp_path / "a.png", transparency=0)
    assert decode(tmp_path / "a.png", 3, 1, 2)[:, 0].T.tolist() == [[255, 255, 255], [40, 50, 60]]


def test_cmyk_is_converted(tmp_path):
    path = save(tmp_path / "a.jpg", flat(8, 8, 255, 0, 0), "CMYK", quality=100)
    np.testing.assert_allclose(decode(path, 3, 8, 8)[:, 4, 4], (255, 0, 0), atol=3)


def test_exif_orientation_turns_the_image_upright(tmp_path):
    pixels = np.zeros((2, 4), np.uint8)
    pixels[0, 3] = 255  # at the top right, the camera lay on its side: 6 = turn clockwise
    exif = Image.Exif()
    exif[0x0112] = 6
    path = save(tmp_path / "a.png", pixels, exif=exif)
    assert read_headers(tmp_path, ["a.png"]) == [Header(width=2, height=4, is_gray=True)]
    upright = decode(path, 1, 4, 2)
    assert upright[0, 3, 1] == 255
    assert upright.sum() == 255


def test_shorter_side_is_scaled_and_the_middle_cut_out(tmp_path):
    pixels = np.zeros((10, 30), np.uint8)
    pixels[:, 10:20] = 200
    path = save(tmp_path / "a.png", pixels)
    edge = 175  # an eighth of the black beside it
    assert decode(path, 1, 5, 5).tolist() == [[[edge, 200, 200, 200, edge]] * 5]


def test_scaling_agrees_with_torchvision(tmp_path):
    from torchvision.transforms import v2

    wave = 127 + 120 * np.sin(np.arange(90)[:, None] / 7) * np.cos(np.arange(120)[None] / 5)
    path = save(tmp_path / "a.png", wave.astype(np.uint8))
    with Image.open(path) as image:
        expected = np.asarray(v2.CenterCrop(32)(v2.Resize(32)(image)), dtype=int)
    actual = decode(path, 1, 32, 32)[0].astype(int)
    assert abs(actual - expected).max() <= 1
    path = save(tmp_path / "a.jpg", np.kron(wave, np.ones((8, 8))).astype(np.uint8), quality=95)  # decoded at 1/8
    assert abs(decode(path, 1, 32, 32)[0].astype(int) - expected).mean() < 2


def test_header_tells_size_and_grayness(tmp_path):
    save(tmp_path / "gray.png", np.zeros((3, 5), np.uint16))
    save(tmp_path / "color.jpg", flat(7, 9, 1, 2, 3))
    assert read_headers(tmp_path, ["gray.png", "color.jpg"]) == [Header(5, 3, True), Header(9, 7, False)]


@pytest.mark.parametrize(
    "content",
    [b"", b"no image at all", huge_png(), b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\n"],
)
def test_what_is_no_image_has_no_header(tmp_path, content):
    (tmp_path / "a.png").write_bytes(content)
    (result,) = read_headers(tmp_path, ["a.png"])
    assert isinstance(result, str)


def test_files_are_decoded_into_their_rows_and_damaged_ones_become_zeros(tmp_path):
    for number, name in enumerate(["a.png", "b.png", "c.jpg"]):
        save(tmp_path / name, np.full((64, 64), 50 * (number + 1), np.uint8))
    whole = (tmp_path / "c.jpg").read_bytes()
    (tmp_path / "c.jpg").write_bytes(whole[: len(whole) // 2])
    file = tmp_path / "store"
    file.write_bytes(b"12345" + bytes([9]) * (5 * 64 * 64))
    reasons = decode_files(tmp_path, ["a.png", "b.png", "c.jpg"], 1, Target(file, 5, 1, 64, 64, Scaling()))
    assert reasons[:2] == [None, None]
    assert "truncated" in str(reasons[2]).lower()
    rows = np.frombuffer(file.read_bytes()[5:], np.uint8).reshape(5, -1)
    assert [sorted(set(row.tolist())) for row in rows] == [[9], [50], [100], [0], [9]]


def test_a_file_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    def refuse(path: Path, **_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Image, "open", refuse)
    with pytest.raises(ConfigError, match=r"^dataset\.root: permission denied, '.*a\.png'\. Make it readable\.$"):
        read_headers(tmp_path, ["a.png"])


def test_a_failing_disk_is_no_damaged_image(tmp_path, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(Image, "open", fail)
    with pytest.raises(OSError, match="Input/output error"):
        read_headers(tmp_path, ["a.png"])


def test_worker_processes_do_not_load_torch():
    code = "import sys, cnnlab.data.image_folders.cache; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
