"""Mistakes of one run on the page."""

import numpy as np

from cnnlab.comparison import compare_study
from cnnlab.comparison.page import render
from cnnlab.comparison.shown_mistakes import mistakes_section
from cnnlab.outputs.mistakes import Mistakes, write_mistakes
from tests.comparison.study_maker import write_study


def study_with_mistakes(number):
    """Return a comparison of which each run kept its first wrong images: those behind the first 70, or 80."""
    comparison = compare_study(write_study({"optimizer=sgd": [0.7, 0.8], "optimizer=adam": ["waiting"]}))
    for run, first in zip(comparison.results[0].arm.finished, (70, 80)):
        images = np.zeros((number, 1, 8, 8), dtype=np.uint8)
        write_mistakes(run.folder, Mistakes(images, np.arange(first, first + number)))
    return comparison


def test_mistakes_of_the_best_arms_first_run_are_shown_with_what_they_were_taken_for():
    comparison = study_with_mistakes(2)
    found = mistakes_section(comparison, None)
    assert found.said == "sgd with seed 0 gets 30 test images of 100 wrong; here the 2 of which it was surest."
    assert [(image.target, image.predicted) for image in found.images] == [("cat", "dog"), ("dog", "cat")]
    assert 'alt="cat taken for dog"' in render(comparison)


def test_no_more_than_a_dozen_are_shown():
    assert len(mistakes_section(study_with_mistakes(20), None).images) == 12


def test_arm_without_mistakes_or_without_a_result_has_no_section():
    comparison = study_with_mistakes(2)
    assert mistakes_section(comparison, comparison.results[1]) is None
    (comparison.results[0].arm.finished[0].folder.mistakes).unlink()
    assert mistakes_section(comparison, comparison.results[0]) is None
    assert "Mistakes" not in render(comparison)


def test_damaged_file_of_mistakes_is_told():
    comparison = study_with_mistakes(2)
    comparison.results[0].arm.finished[0].folder.mistakes.write_text("no archive")
    found = mistakes_section(comparison, None)
    assert found.said.startswith("Left out here: ")
    assert "mistakes.npz: cannot be read" in found.said
