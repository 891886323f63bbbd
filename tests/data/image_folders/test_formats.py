from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, features

from cnnlab.data.image_folders.decoding import decode
from cnnlab.data.image_folders.formats import SUFFIXES, formats_of, load_plugins
from cnnlab.data.image_folders.listing import list_folder

COLOUR = (200, 100, 50)
SAVED = {".gif": "GIF", ".jfif": "JPEG", ".jpe": "JPEG", ".avif": "AVIF", ".jp2": "JPEG2000", ".j2k": "JPEG2000",
         ".tga": "TGA", ".qoi": "QOI", ".dib": "DIB", ".pnm": "PPM", ".apng": "PNG", ".webp": "WEBP", ".mpo": "MPO",
         ".bmp": "BMP", ".png": "PNG", ".tiff": "TIFF", ".ppm": "PPM"}  # fmt: skip
NEEDS = {"AVIF": "avif", "JPEG2000": "jpg_2000", "WEBP": "webp"}


@pytest.mark.parametrize("suffix", SAVED)
def test_what_pillow_reads_is_an_image_and_is_read(tmp_path, suffix):
    if (needed := NEEDS.get(SAVED[suffix])) and not features.check(needed):
        pytest.skip(f"Pillow is without {needed} here")
    path = tmp_path / f"a{suffix.upper()}"
    Image.new("RGB", (8, 8), COLOUR).save(path, format=SAVED[suffix])
    assert [image.path for image in list_folder(tmp_path).images] == [path.name]
    np.testing.assert_allclose(decode(path, 3, 8, 8)[:, 4, 4].astype(int), COLOUR, atol=6)


def test_content_counts_whatever_the_suffix_says(tmp_path):
    Image.new("RGB", (8, 8), COLOUR).save(tmp_path / "photo.HEIC", format="JPEG")
    np.testing.assert_allclose(decode(tmp_path / "photo.HEIC", 3, 8, 8)[:, 4, 4].astype(int), COLOUR, atol=6)


@pytest.mark.parametrize("format_", ["GIF", "PNG", "TIFF", "WEBP"])
def test_of_several_frames_the_first_is_read(tmp_path, format_):
    frames = [Image.new("RGB", (8, 8), (value,) * 3) for value in (40, 200)]
    options = {"lossless": True} if format_ == "WEBP" else {}
    frames[0].save(tmp_path / "a", format=format_, save_all=True, append_images=frames[1:], **options)
    assert decode(tmp_path / "a", 3, 8, 8).max() == 40


def test_transparent_gif_is_laid_on_white(tmp_path):
    image = Image.new("P", (8, 8), 1)
    image.putpalette([0, 0, 0, 9, 9, 9])
    image.save(tmp_path / "a.gif", transparency=1)
    assert decode(tmp_path / "a.gif", 3, 8, 8).min() == 255


def test_file_without_marks_is_read_by_its_name_alone(tmp_path):
    bytes_of_tga = io.BytesIO()
    Image.new("RGB", (8, 8), COLOUR).save(bytes_of_tga, format="TGA")
    (tmp_path / "a.png").write_bytes(bytes_of_tga.getvalue())
    with pytest.raises(Image.UnidentifiedImageError, match="cannot identify image file"):
        decode(tmp_path / "a.png", 3, 8, 8)
    assert "TGA" in formats_of("a.TGA")


def test_plugin_that_is_installed_is_used(tmp_path, monkeypatch, capsys):
    (tmp_path / "pillow_heif.py").write_text("def register_heif_opener(): print('registered')")
    monkeypatch.syspath_prepend(tmp_path)
    load_plugins.cache_clear()
    try:
        assert "pillow_heif" in load_plugins()
        assert capsys.readouterr().out == "registered\n"
    finally:
        load_plugins.cache_clear()


def test_suffixes_are_sorted():
    assert list(SUFFIXES) == sorted(SUFFIXES)
