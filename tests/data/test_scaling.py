"""Scaling to one size, against the transforms that torchvision declares for each of its weights."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from timm.data import create_transform
from torchvision.models import get_model_weights, list_models
from torchvision.transforms import v2

from cnnlab.data.image_folders.decoding import decode
from cnnlab.data.scaling import Bordered, Scaling, middle

PHOTOGRAPHS = ("375x500.jpg", "500x333.jpg", "130x180.png", "257x256.png", "1200x1600.jpg", "40x32.png")


@pytest.fixture(scope="module")
def photographs(tmp_path_factory):
    """Files of six shapes, with edges, waves and noise."""
    folder, draw = tmp_path_factory.mktemp("photographs"), np.random.default_rng(0)
    for name in PHOTOGRAPHS:
        height, width = map(int, name.partition(".")[0].split("x"))
        y, x = np.mgrid[:height, :width]
        waves = [127 + 80 * np.sin(x / 17 + i) * np.cos(y / 23) + 40 * ((x // 31 + y // 37 + i) % 2) for i in range(3)]
        noisy = np.stack(waves, -1) + draw.normal(0, 12, (height, width, 3))
        Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(folder / name)
    return folder


def declared():
    """Return each way of preprocessing that torchvision declares for the weights of its classification networks."""
    names = list_models(module=__import__("torchvision").models)
    weights = [each for name in names for each in get_model_weights(name)]
    assert len(names) == 80
    return {str(each.transforms()): each.transforms() for each in weights}


@pytest.mark.parametrize("photograph", PHOTOGRAPHS)
def test_every_published_weights_transforms_are_met_to_the_pixel(photographs, photograph):
    """Tolerance: none. What torchvision normalizes afterwards are Pillow's bytes, and these are compared."""
    path = photographs / photograph
    with Image.open(path) as image:
        whole = image.convert("RGB")
    for theirs in declared().values():
        (resize,), (crop,), how = theirs.resize_size, theirs.crop_size, theirs.interpolation
        scaled = v2.Resize(resize, interpolation=how, antialias=theirs.antialias)(whole)
        expected = np.asarray(v2.CenterCrop(crop)(scaled)).transpose(2, 0, 1)
        pixels = decode(path, 3, resize, resize, Scaling(how.value, crop))
        start = middle(resize, crop)
        np.testing.assert_array_equal(pixels[:, start : start + crop, start : start + crop], expected, str(theirs))


@pytest.mark.parametrize("crop", [64, 57, 40])
@pytest.mark.parametrize("photograph", PHOTOGRAPHS)
def test_border_is_timms_to_the_pixel_however_much_is_cut_off(photographs, photograph, crop):
    path, mean = photographs / photograph, (0.2, 0.5, 0.9)
    transform = create_transform((3, crop, crop), crop_pct=crop / 64, crop_mode="border", mean=mean, normalize=False,
                                 interpolation="bicubic")  # fmt: skip
    with Image.open(path) as image:
        expected = transform(image.convert("RGB")).numpy()
    pixels = decode(path, 3, 64, 64, Bordered("bicubic", crop, (51, 128, 230)))
    start = middle(64, crop)
    np.testing.assert_array_equal(pixels[:, start : start + crop, start : start + crop], expected)


def test_border_of_gray_images_has_the_mean_colour():
    pixels = np.asarray(Bordered(border=(10, 20, 60)).cover(Image.new("L", (8, 4), 255), 4, 4))
    assert pixels.tolist() == [[30] * 4, [255] * 4, [255] * 4, [30] * 4]


def test_a_strip_is_scaled_where_it_is_looked_at_alone():
    strip = Image.fromarray(np.random.default_rng(0).integers(0, 256, (2, 60_000), dtype=np.uint8))
    near = strip.crop((29_900, 0, 30_100, 2))
    expected = np.asarray(Scaling(crop=32).cover(near, 32, 32)).astype(int)
    actual = np.asarray(Scaling(crop=32).cover(strip, 32, 32)).astype(int)
    assert abs(actual - expected).max() <= 1
