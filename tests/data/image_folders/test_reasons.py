"""What is said of a file that cannot be read, by what people have in their folders."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from cnnlab.data.image_folders.decoding import Target, decode_files, read_headers
from cnnlab.data.image_folders.reasons import reason
from cnnlab.data.scaling import Scaling


def image_bytes(format_: str) -> bytes:
    target = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(target, format=format_)
    return target.getvalue()


def box(brand: bytes) -> bytes:
    return struct.pack(">I", 24) + b"ftyp" + brand + bytes(4) + brand + b"mif1" + bytes(200)


def huge_png() -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0)
    data = b"IDAT" + bytes(9)
    chunks = ((13, header), (9, data))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", size) + chunk + struct.pack(">I", zlib.crc32(chunk)) for size, chunk in chunks
    )


HEIC = "a HEIC photograph; pip install pillow-heif, then it is read"
REASONS = [
    (b"", "empty"),
    (
        b"<!DOCTYPE html><html><title>404</title>",
        "an HTML page that a download left in place of the image; fetch it again",
    ),
    (b"\xef\xbb\xbf\n<HTML lang=en>", "an HTML page that a download left in place of the image; fetch it again"),
    (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:ab",
        "a Git LFS pointer in place of the file; fetch it: git lfs pull",
    ),
    (box(b"heic"), HEIC),
    (box(b"mif1"), HEIC),
    (box(b"mp42"), "a film"),
    (b"\xff\x0a" + bytes(100), "a JPEG XL image; pip install pillow-jxl-plugin, then it is read"),
    (b"PK\x03\x04" + bytes(100), "a zip archive"),
    (b"%PDF-1.7", "a PDF document"),
    (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\n", "a PostScript drawing; convert it"),
    (b"<?xml version='1.0'?><svg width='9'/>", "an SVG drawing, which has no pixels; convert it"),
    (b'{"error": "not found"}', "text, no image"),
    ("nicht verfügbar".encode(), "text, no image"),
    (bytes(4096), "nothing but zeros, left by a copy that did not finish"),
    (b"\x01\x02\xf3\xf4" * 40, "no image that Pillow knows"),
    (b"\x89PNG\r\n", "truncated or damaged; fetch it again"),
    (b"\xff\xd8\xff\xe0", "truncated or damaged; fetch it again"),
    (huge_png(), "too large, more pixels than Pillow takes; make it smaller"),
]


@pytest.mark.parametrize(("content", "said"), REASONS)
def test_file_that_is_no_image_is_called_what_it_is(tmp_path, content, said):
    (tmp_path / "a.jpg").write_bytes(content)
    assert read_headers(tmp_path, ["a.jpg"]) == [said]


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_file_that_was_cut_is_called_truncated(tmp_path, format_, part):
    whole = image_bytes(format_)
    (tmp_path / "a.jpg").write_bytes(whole[: int(part * len(whole))])
    assert decoded(tmp_path) == "truncated; fetch it again"


def decoded(folder: Path) -> object:
    target = Target(folder / "store", 0, 3, 256, 256, Scaling())
    target.file.write_bytes(b"")
    return decode_files(folder, ["a.jpg"], 0, target)[0]


def test_file_with_damaged_bytes_is_called_damaged(tmp_path):
    damaged = bytearray(image_bytes("PNG"))
    damaged[60:90] = bytes(30)
    (tmp_path / "a.jpg").write_bytes(damaged)
    assert str(decoded(tmp_path)).startswith(("damaged (", "truncated"))


def test_what_the_disk_says_is_passed_on(tmp_path):
    error = PermissionError(13, "Permission denied", "a.jpg")
    assert reason(tmp_path / "a.jpg", error) == "cannot be read (Permission denied)"


def test_links_that_lead_nowhere_are_called_so(tmp_path):
    (tmp_path / "a.jpg").symlink_to("gone.jpg")
    (tmp_path / "b.jpg").symlink_to("b.jpg")
    assert read_headers(tmp_path, ["a.jpg", "b.jpg", "c.jpg"]) == [
        "a link to nowhere",
        "a link to nowhere",
        "not there",
    ]
