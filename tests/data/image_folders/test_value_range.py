"""What is black and what is white, in files as cameras, scanners and microscopes write them."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnlab.base.errors import ConfigError
from cnnlab.data.image_folders.cache import Decoded, decoded_images
from cnnlab.data.image_folders.decoding import Header, decode, read_headers
from cnnlab.data.image_folders.value_range import Peak, check_peaks
from cnnlab.data.scaling import Scaling

RAMP = np.arange(64).reshape(8, 8) / 63
TWELVE_BITS = np.rint(RAMP * 4095).astype(np.uint16)


def decoded(folder: Path) -> Decoded:
    paths = sorted(path.name for path in folder.iterdir())
    return decoded_images(
        folder, paths, paths, cache_dir=folder.parent / "cache", image_size=None, scaling=Scaling(), workers=0,
        progress=None,
    )  # fmt: skip


def refused(folder: Path) -> str:
    with pytest.raises(ConfigError, match=r"^dataset\.root: ") as raised:
        decoded(folder)
    assert not list((folder.parent / "cache" / "images").iterdir())
    return str(raised.value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    return tmp_path / "files"


def tiff(path: Path, values: np.ndarray, *, bits: int, pixels: bytes, largest: int | None = None) -> None:
    """Write an uncompressed gray TIFF by hand: Pillow writes no 12 bits."""
    height, width = values.shape
    tags = [(256, 3, width), (257, 3, height), (258, 3, bits), (259, 3, 1), (262, 3, 1), (273, 4, 0), (277, 3, 1),
            (278, 3, height), (279, 4, len(pixels))]  # fmt: skip
    tags += [] if largest is None else [(281, 3, largest)]
    offset = 8 + 2 + 12 * len(tags) + 4
    tags = [(tag, kind, offset if tag == 273 else value) for tag, kind, value in tags]
    entries = b"".join(
        struct.pack("<HHI", tag, kind, 1) + (struct.pack("<HH", value, 0) if kind == 3 else struct.pack("<I", value))
        for tag, kind, value in tags
    )
    path.write_bytes(b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4) + pixels)


def packed(values: np.ndarray) -> bytes:
    """Write pairs of 12-bit values into three bytes, the higher bits first."""
    return np.packbits(np.unpackbits(values.astype(">u2").view(np.uint8).reshape(-1, 2), axis=1)[:, 4:]).tobytes()


def levels(path: Path) -> np.ndarray:
    return decode(path, 1, 8, 8)[0]


def test_twelve_bits_that_the_file_states_fill_the_range(folder):
    tiff(folder / "packed.tif", TWELVE_BITS, bits=12, pixels=packed(TWELVE_BITS))
    tiff(folder / "stated.tif", TWELVE_BITS, bits=16, pixels=TWELVE_BITS.tobytes(), largest=4095)
    pgm = b"P5 8 8 4095\n" + TWELVE_BITS.astype(">u2").tobytes()
    (folder / "stated.pgm").write_bytes(pgm)
    for path in folder.iterdir():
        np.testing.assert_allclose(levels(path).astype(int), np.rint(RAMP * 255), atol=1, err_msg=path.name)
    assert decoded(folder).corrupt == {}


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_twelve_bits_that_the_file_does_not_state_are_refused_with_the_range(folder, suffix):
    Image.fromarray(TWELVE_BITS).save(folder / f"a.{suffix}")
    Image.fromarray(TWELVE_BITS // 2).save(folder / f"b.{suffix}")
    assert refused(folder) == (
        f"dataset.root: the images have 16 bits per value and use 0 to 4,095 of 65,535 ('a.{suffix}' has the largest), "
        "so what is white is not known. Scale them to 0 to 65,535, or save them in 8 bits."
    )


def test_colours_of_twelve_bits_are_refused_too(folder):
    header = struct.pack(">IIBBBBB", 8, 8, 16, 2, 0, 0, 0)
    rows = b"".join(b"\0" + np.repeat(row, 3).astype(">u2").tobytes() for row in TWELVE_BITS)
    (folder / "a.png").write_bytes(png(header, rows))
    assert "use 0 to 3,855 of 65,535" in refused(folder)
    rows = b"".join(b"\0" + np.repeat(16 * row, 3).astype(">u2").tobytes() for row in TWELVE_BITS)
    (folder / "a.png").write_bytes(png(header, rows))
    np.testing.assert_allclose(decoded(folder).images[0, 0].astype(int), np.rint(RAMP * 255), atol=1)


def png(header: bytes, rows: bytes) -> bytes:
    import zlib

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_dark_image_among_images_of_16_bits_is_dark(folder):
    Image.fromarray(np.rint(RAMP * 65535).astype(np.uint16)).save(folder / "a.png")
    Image.fromarray(TWELVE_BITS).save(folder / "dark.png")
    images = decoded(folder).images[:, 0]
    assert (images[0].max(), images[1].max()) == (255, 16)


def test_black_images_of_16_bits_are_black(folder):
    Image.fromarray(np.zeros((8, 8), np.uint16)).save(folder / "a.png")
    assert decoded(folder).images.max() == 0


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (RAMP * 1000, "its values reach from 0 to 1000, known are 0 to 1, or 0 to 255"),
        (RAMP * 2 - 1, "its values reach from -1 to 1, known are 0 to 1, or 0 to 255"),
        ((RAMP * 70_000).astype(np.int32), "its values reach from 0 to 70,000, known are 0 to 65,535"),
        ((RAMP * 100 - 50).astype(np.int32), "its values reach from -50 to 50, known are 0 to 65,535"),
    ],
)
def test_values_outside_of_what_is_known_are_refused_with_the_range(folder, values, said):
    Image.fromarray(values if values.dtype == np.int32 else values.astype(np.float32)).save(folder / "a.tif")
    assert decoded(folder).corrupt == {"a.tif": said}


@pytest.mark.parametrize("white", [1, 255])
def test_floats_fill_the_range(folder, white):
    Image.fromarray((RAMP * white).astype(np.float32)).save(folder / "a.tif")
    np.testing.assert_array_equal(decoded(folder).images[0, 0], np.rint((RAMP * 255).astype(np.float32)))


def test_fractions_beside_grey_levels_are_refused_with_both(folder):
    for name, white in (("a", 0.5), ("b", 200), ("black", 0)):
        Image.fromarray((RAMP * white).astype(np.float32)).save(folder / f"{name}.tif")
    assert refused(folder) == (
        "dataset.root: the images hold floats up to 0.5 ('a.tif') and up to 200 ('b.tif'), so whether 1 or 255 is "
        "white is not known. Scale all of them to 0 to 1, or save them in 8 bits."
    )


def test_turned_image_of_16_bits_is_upright(folder):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.rint(RAMP[:4] * 65535 * 63 / 31).astype(np.uint16)).save(folder / "a.png", exif=exif)
    assert read_headers(folder, ["a.png"]) == [Header(width=4, height=8, is_gray=True)]
    upright = decode(folder / "a.png", 1, 8, 4)[0]
    assert (upright[0, 3], upright[7, 0]) == (0, 255)


def test_images_of_16_bits_have_to_use_more_than_a_quarter_of_the_range():
    check_peaks([])
    message = re.escape("use 0 to 16,383 of 65,535 ('a' has the largest)")
    with pytest.raises(ConfigError, match=message):
        check_peaks([("a", Peak(16383, is_float=False))])
    check_peaks([("a", Peak(16384, is_float=False))])
