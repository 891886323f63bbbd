from __future__ import annotations

import struct
import zlib

import pytest
from PIL import Image

from cnnlab.data.image_folders import facts
from cnnlab.data.image_folders.facts import FileFacts, read_facts


@pytest.mark.parametrize(
    ("mode", "name", "told"),
    [
        ("L", "a.png", "gray"),
        ("LA", "a.png", "gray with transparency"),
        ("1", "a.png", "black and white"),
        ("P", "a.gif", "palette"),
        ("RGB", "a.jpg", "RGB"),
        ("RGBA", "a.png", "RGB with transparency"),
        ("CMYK", "a.jpg", "CMYK"),
        ("F", "a.tif", "gray, floats"),
        ("I;16", "a.png", "gray 16 bit"),
    ],
)
def test_kind_of_pixels_is_told_in_words(tmp_path, mode, name, told):
    Image.new(mode, (5, 3)).save(tmp_path / name)
    (found,) = read_facts(tmp_path, [name])
    assert (found.width, found.height, found.mode, found.is_turned) == (5, 3, told, False)


def test_colours_of_16_bits_are_told_from_those_of_8(tmp_path):
    header = struct.pack(">IIBBBBB", 1, 1, 16, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(7))), (b"IEND", b"")]
    made = [struct.pack(">I", len(data)) + kind + data + _sum(kind + data) for kind, data in parts]
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(made))
    assert read_facts(tmp_path, ["a.png"])[0].mode == "RGB 16 bit"


def _sum(data: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(data))


def test_a_photo_that_exif_turns_has_its_upright_size(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (8, 4)).save(tmp_path / "a.jpg", exif=exif)
    assert read_facts(tmp_path, ["a.jpg"]) == [FileFacts("a.jpg", 4, 8, "RGB", "JPEG", is_turned=True)]


def test_damaged_files_are_left_to_decoding(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no image")
    Image.new("L", (2, 2)).save(tmp_path / "b.png")
    assert len(read_facts(tmp_path, ["a.png", "b.png", "gone.png"])) == 1


def test_many_files_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(facts, "_EVERY", 2)
    for number in range(3):
        Image.new("L", (2, 2)).save(tmp_path / f"{number}.png")
    told: list[tuple[str, int, int]] = []
    read_facts(tmp_path, ["0.png", "1.png", "2.png"], progress=lambda *words: told.append(words))
    assert told == [("reading image headers", 2, 3), ("reading image headers", 3, 3)]
