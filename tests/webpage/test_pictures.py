import base64
import io

import numpy as np
import pytest
from PIL import Image

from cnnlab.webpage.pictures import picture_of


def opened(uri):
    kind, _, data = uri.partition(";base64,")
    return kind, np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))


@pytest.mark.parametrize("channels", [1, 3])
def test_small_image_keeps_every_pixel(channels):
    pixels = np.random.default_rng(0).integers(256, size=(channels, 20, 30), dtype=np.uint8)
    uri, is_pixelated = picture_of(pixels)
    kind, found = opened(uri)
    assert (kind, is_pixelated) == ("data:image/png", True)
    np.testing.assert_array_equal(found, pixels[0] if channels == 1 else pixels.transpose(1, 2, 0))


def test_large_image_becomes_a_small_jpeg_file():
    uri, is_pixelated = picture_of(np.zeros((3, 200, 400), dtype=np.uint8))
    kind, found = opened(uri)
    assert (kind, is_pixelated, found.shape) == ("data:image/jpeg", False, (48, 96, 3))


def test_no_image_has_no_picture():
    assert picture_of(None) == (None, False)
