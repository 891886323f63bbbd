from __future__ import annotations

import io
import itertools

import numpy as np
import pytest
from PIL import Image

from cnnlab.data import duplicates as room
from cnnlab.data.duplicates import FAR, find_duplicates, least_likeness
from cnnlab.data.fingerprints import Floats
from tests.data.pictures import pixels, scene


def as_jpeg(image: Image.Image) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "jpeg", quality=40)
    return Image.open(file)


def of_length_1(looks: Floats) -> Floats:
    return (looks / np.linalg.norm(looks, axis=1, keepdims=True)).astype(np.float32)


def test_equal_images_are_in_a_group_of_both_kinds():
    found = find_duplicates(pixels(scene(0), scene(1), scene(0), scene(2), scene(1), scene(1)))
    assert found.equal.tolist() == [0, 1, 0, -1, 1, 1]
    assert found.near.tolist() == [0, 1, 0, -1, 1, 1]


def test_images_saved_anew_are_near_and_strangers_are_alone():
    scenes = [scene(number) for number in range(60)]
    found = find_duplicates(pixels(*scenes, as_jpeg(scenes[7]), scenes[7].point(lambda value: 0.8 * value), scenes[9]))
    groups = [set(np.flatnonzero(found.near == group).tolist()) for group in range(found.near.max() + 1)]
    assert groups == [{7, 60, 61}, {9, 62}]
    assert set(np.flatnonzero(found.equal >= 0).tolist()) == {9, 62}


@pytest.mark.parametrize("num_images", [0, 1, 2, 3])
def test_few_images_have_no_duplicates_unless_they_are(num_images):
    images = np.stack([np.asarray(scene(number)) for number in range(3)])[:num_images]
    assert find_duplicates(images).near.tolist() == [-1] * num_images


def test_two_images_that_are_nearly_equal_are_found_without_any_other():
    assert find_duplicates(pixels(scene(3), as_jpeg(scene(3)))).near.tolist() == [0, 0]


def test_images_of_one_colour_are_equal_or_strangers():
    plain = [Image.new("L", (8, 8), value) for value in (10, 11, 10)]
    found = find_duplicates(pixels(*plain))
    assert found.equal.tolist() == found.near.tolist() == [0, -1, 0]


def test_candidates_are_all_pairs_that_differ_in_few_bits():
    draw = np.random.default_rng(0)
    words = draw.integers(0, 2**63, 300, dtype=np.uint64)
    flips = [np.uint64(sum(1 << int(bit) for bit in draw.choice(64, num, replace=False))) for num in range(14)]
    hashes = np.sort(np.concatenate([words, *([word ^ flip] for word, flip in zip(words, flips))]))
    found = {frozenset(pair) for one, other in room._candidates(hashes) for pair in zip(one.tolist(), other.tolist())}
    numbered = enumerate(map(int, hashes))
    near = {frozenset((i, j)) for (i, a), (j, b) in itertools.combinations(numbered, 2) if (a ^ b).bit_count() <= FAR}
    assert found == near
    assert len(near) == FAR + 1


def test_strangers_that_are_much_alike_raise_the_bar():
    draw = np.random.default_rng(0)
    apart = draw.standard_normal((500, 200))
    alike = draw.standard_normal((500, 8)) @ draw.standard_normal((8, 200))
    assert 0.7 < least_likeness(of_length_1(apart)) < 0.75
    assert least_likeness(of_length_1(alike)) > 0.98


def test_duplicates_hardly_raise_the_bar():
    looks = of_length_1(np.random.default_rng(0).standard_normal((200, 200)))
    assert least_likeness(np.repeat(looks, 3, axis=0)) < 0.78


def test_a_film_of_alike_images_is_one_group():
    frames = [as_jpeg(scene(5).point(lambda value, step=step: (1 - step / 60) * value)) for step in range(12)]
    found = find_duplicates(pixels(*frames, *map(scene, range(100, 240))))
    assert (found.near[:12] == 0).all()
    assert (found.near[12:] == -1).all()
