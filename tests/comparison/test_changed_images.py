"""The images of the page's section on what changed."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.comparison import compare_study
from cnnlab.comparison.changed_images import changes_section
from cnnlab.outputs.mistakes import Mistakes, write_mistakes
from tests.comparison.study_maker import write_answers, write_study


def study_of(before, after, **more):
    """Write a study of two arms with one seed and these answers about cats; return comparison and run folders."""
    comparison = compare_study(write_study({"sgd": [0.9], "adam": [0.8]}, baseline="sgd"))
    folders = [result.arm.runs[0].folder for result in comparison.results]
    for folder, letters in zip(folders, (before, after)):
        write_answers(folder, letters, targets="c" * len(letters), **more)
    return comparison, folders


def gray(index, *, side=4):
    """Return an image whose value is its index."""
    return np.full((1, side, side), index, dtype=np.uint8)


def values(shown):
    return [None if image.picture is None else opened(image).getpixel((0, 0)) for image in shown]


def opened(image):
    kind, _, text = image.picture.partition(";base64,")
    picture = Image.open(io.BytesIO(base64.b64decode(text)))
    assert kind == f"data:image/{picture.format.lower()}"
    return picture


def test_section_counts_every_seed_and_shows_the_first():
    comparison, _ = study_of("ddcdc", "ccdcc")
    section = changes_section(comparison, None)
    assert section.said.startswith(
        "adam answers 3 images right that sgd gets wrong, and 1 the other way round (seed 0)"
    )
    assert section.rows == [("0", 3, 1, 1, 0, "0.625")]
    assert [(right, wrong, count) for right, wrong, count, _ in section.groups] == [
        ("adam", "sgd", 3),
        ("sgd", "adam", 1),
    ]
    assert section.places == (0, 1)


@pytest.mark.parametrize(
    ("baseline", "why"),
    [
        ("sgd", "Of the 2 arms beside the baseline adam has the highest mean accuracy on the test images."),
        (None, "Of 3 arms these two have the highest mean accuracy on the test images."),
    ],
)
def test_of_several_arms_it_is_said_why_these_two_are_looked_at(baseline, why):
    comparison = compare_study(write_study({"sgd": [0.5], "adam": [0.9], "nadam": [0.8]}, baseline=baseline))
    section = changes_section(comparison, None)
    assert (section.why, section.arm, section.reference) == (why, "adam", baseline or "nadam")
    assert changes_section(study_of("d", "c")[0], None).why is None


def test_there_is_no_section_without_a_seed_that_two_arms_finished():
    assert changes_section(compare_study(write_study({"sgd": [0.9]})), None) is None
    assert changes_section(compare_study(write_study({"sgd": [0.9, "failed"], "adam": ["failed", 0.9]})), None) is None


def test_at_most_forty_images_are_shown_half_of_each_kind_where_there_are_as_many():
    for num_fixed, num_broken, shown in ((30, 30, (20, 20)), (50, 3, (37, 3)), (3, 50, (3, 37)), (5, 6, (5, 6))):
        comparison, _ = study_of("d" * num_fixed + "c" * num_broken, "c" * num_fixed + "d" * num_broken)
        found = changes_section(comparison, None).shown
        assert (len(found.fixed), len(found.broken)) == shown


def test_mistakes_come_first_of_which_the_network_was_surest():
    comparison, _ = study_of("dddc", "cccd", scores=[0.6, 0.9, 0.7, 0.5])
    assert [image.change.index for image in changes_section(comparison, None).shown.fixed] == [1, 2, 0]


def test_pictures_are_those_that_runs_kept_and_the_others_are_asked_for_once():
    comparison, (before, after) = study_of("dddc", "cccd", scores=[0.9, 0.8, 0.7, 0.6])
    write_mistakes(before, Mistakes(np.stack([gray(1), gray(100)]), np.array([1, 99])))
    write_mistakes(after, Mistakes(gray(3)[None], np.array([3])))
    asked = []

    def pixels(folder, index):
        asked.append((folder.run_id, list(index)))
        return [gray(each) for each in index]

    shown = changes_section(comparison, pixels).shown
    assert (values(shown.fixed), values(shown.broken)) == ([0, 1, 2], [3])
    assert asked == [(before.run_id, [0, 2])]
    shown = changes_section(comparison, None).shown
    assert (values(shown.fixed), values(shown.broken)) == ([None, 1, None], [3])


@pytest.mark.parametrize(
    "error", [ConfigError("dataset: gone.", "more"), RunError("a"), OSError("b"), ImportError("c")]
)
def test_images_that_are_not_at_hand_are_shown_by_name_and_it_is_told(error):
    comparison, _ = study_of("dd", "cc", files=["cats/1.png", "cats/2.png"])

    def pixels(folder, index):
        raise error

    section = changes_section(comparison, pixels)
    assert [image.name for image in section.shown.fixed] == ["cats/1.png", "cats/2.png"]
    assert section.notes == [f"Some images are not at hand: {str(error).splitlines()[0]}"]
    comparison, _ = study_of("dd", "cc")
    assert changes_section(comparison, None).shown.fixed[1].name == "test image 1"


def test_damaged_pictures_are_left_out_and_told():
    comparison, (before, _) = study_of("dd", "cc")
    before.mistakes.write_bytes(b"nothing")
    section = changes_section(comparison, lambda folder, index: [gray(each) for each in index])
    assert section.notes[0].startswith(f"Pictures are left out here: {before.mistakes}: cannot be read, ")
    assert values(section.shown.fixed) == [0, 1]


def test_small_images_keep_every_pixel_and_large_ones_are_made_smaller():
    comparison, _ = study_of("dd", "cc")
    pixels = np.random.default_rng(0).integers(0, 256, (3, 48, 32), dtype=np.uint8)
    large = np.full((3, 400, 200), 128, dtype=np.uint8)
    small, reduced = changes_section(comparison, lambda *_: [pixels, large]).shown.fixed
    np.testing.assert_array_equal(np.asarray(opened(small)), pixels.transpose(1, 2, 0))
    assert (small.is_pixelated, reduced.is_pixelated) == (True, False)
    assert opened(reduced).size == (48, 96)
    assert len(reduced.picture) < 8000
