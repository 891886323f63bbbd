"""Images as a program has them, as files."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from cnnlab.api.images import named_images
from cnnlab.base.errors import ConfigError

PIXELS = np.arange(2 * 5 * 6 * 3, dtype=np.uint8).reshape(2, 5, 6, 3)


def read(given, folder):
    return [np.asarray(Image.open(one.image.path)) for one in named_images(given, folder)]


@pytest.mark.parametrize(
    "given",
    [
        PIXELS, PIXELS / 255, list(PIXELS), torch.from_numpy(PIXELS).permute(0, 3, 1, 2),
        [torch.from_numpy(PIXELS[0] / 255).permute(2, 0, 1), Image.fromarray(PIXELS[1])],
    ],
    ids=["array", "floats", "arrays", "tensor", "mixed"],
)  # fmt: skip
def test_pixels_arrive_as_they_were(given, folder):
    assert [image.tolist() for image in read(given, folder)] == PIXELS.tolist()


@pytest.mark.parametrize("given", [PIXELS[0, ..., 0], PIXELS[0, ..., :1], torch.from_numpy(PIXELS[:1, ..., 0])])
def test_grey_images_have_one_channel_or_none(given, folder):
    assert [image.tolist() for image in read(given, folder)] == [PIXELS[0, ..., 0].tolist()]


def test_files_and_folders_keep_their_names_and_classes(photos, folder):
    found = named_images([photos / "cats" / "0.png", str(photos / "dogs"), PIXELS[0]], folder)
    assert [Path(one.name).name for one in found] == ["0.png", *(f"{number}.png" for number in range(10)), "image 11"]
    assert found[0].image.folders == ("cats",)
    assert found[-1].image.folders == ()


def test_photo_in_memory_is_turned_upright(folder):
    image = Image.fromarray(PIXELS[0])
    image.getexif()[0x0112] = 6  # to be turned by a quarter
    assert read([image], folder)[0].shape == (6, 5, 3)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.zeros((5, 6, 2), np.uint8), r"1, 3 or 4 channels are taken, got the shape \(5, 6, 2\)\. Give files"),
        (torch.zeros(5, 6, 3), r"1, 3 or 4 channels are taken, got the shape torch\.Size\(\[5, 6, 3\]\)\. Give files"),
        (np.full((5, 6), 2.0), r"floating-point numbers must lie in \[0, 1\], got 2 to 2\. Divide by what is white\."),
        (np.zeros((5, 6), np.int64), r"must be uint8, or floating-point in \[0, 1\], got int64\. Convert them\."),
        (np.zeros((0, 6), np.uint8), r"there are no pixels in the shape \(0, 6\)\. Leave it out\."),
        (7, r"cannot take int\. Give files"),
        ([], r"none given\. Give files"),
        ("no.png", r"no file or folder 'no\.png'\."),
    ],
)
def test_what_is_no_image_is_refused(given, message, folder):
    with pytest.raises(ConfigError, match=rf"^images: {message}"):
        named_images(given, folder)
