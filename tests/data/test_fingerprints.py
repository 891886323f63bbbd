from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.fft import dctn

from cnnlab.data.fingerprints import _spectra, fingerprints
from tests.data.pictures import pixels, scene


def test_digests_are_equal_where_all_pixels_are():
    other = scene(0)
    other.putpixel((3, 5), (1, 2, 3))
    first, second, third = fingerprints(pixels(scene(0), scene(0), other)).digests
    assert first == second != third


def test_spectra_are_cosine_transforms_of_the_gray_image():
    gray = np.asarray(scene(1).convert("L"), np.float32)[:48]
    expected = dctn(gray, norm="ortho")[:16, :16] / np.sqrt(gray.size)
    found = _spectra(gray[None, :, :, None].astype(np.uint8))[0]
    places = sorted(((u, v) for u in range(16) for v in range(16) if u + v), key=lambda place: (sum(place), place))
    np.testing.assert_allclose(found, [expected[place] for place in places], atol=1e-3)


def test_colours_count_as_they_do_in_a_gray_image():
    color = pixels(scene(2))
    gray = (color @ np.array([0.299, 0.587, 0.114])).round().astype(np.uint8)[..., None]
    np.testing.assert_allclose(_spectra(color), _spectra(gray), atol=0.05)  # grey levels


@pytest.mark.parametrize("channels", [1, 3])
def test_images_that_differ_by_light_or_size_look_alike_and_others_do_not(channels):
    scenes = [scene(number) for number in range(40)]
    darker = scenes[0].point(lambda value: 20 + 0.7 * value)
    smaller = scenes[0].resize((20, 20)).resize((64, 64), Image.Resampling.BICUBIC)
    images = pixels(*(image.convert("L" if channels == 1 else "RGB") for image in (*scenes, darker, smaller)))
    looks = fingerprints(images).looks
    alike = looks @ looks[0]
    assert alike[40:].min() > 0.9
    assert alike[1:40].max() < 0.6


def test_an_image_of_one_colour_looks_like_none():
    noise = np.random.default_rng(0).integers(100, 102, (1, 32, 32, 3), dtype=np.uint8)
    looks = fingerprints(np.concatenate([noise, np.full_like(noise, 100)])).looks
    assert not looks.any()


def test_hashes_hold_the_signs_of_the_lowest_frequencies():
    found = fingerprints(pixels(*map(scene, range(5))))
    bits = np.unpackbits(found.hashes.view(np.uint8).reshape(5, 8), axis=1).astype(bool)
    assert (bits == (found.looks[:, :64] > 0)).all()


def test_tiny_images_have_fewer_frequencies():
    found = fingerprints(np.random.default_rng(0).integers(0, 255, (3, 4, 5, 1), dtype=np.uint8))
    assert found.looks.shape == (3, 19)
    assert found.hashes.shape == (3,)


def test_how_images_lie_in_memory_is_nothing_to_them():
    images = torch.from_numpy(pixels(scene(0), scene(1))).permute(0, 3, 1, 2).contiguous()
    found = fingerprints(images.permute(0, 2, 3, 1).numpy())
    assert found.digests.tolist() == fingerprints(pixels(scene(0), scene(1))).digests.tolist()
