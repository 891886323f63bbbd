from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnlab.runs.predicting.answer_lines import Wording
from cnnlab.runs.predicting.answers import Answer
from cnnlab.runs.predicting.pictures import draw_answers

WORDING = Wording(("cats", "dogs"), "probabilities", None)


def answer(p, target):
    scores = np.array([1 - p, p], np.float32)
    return Answer("a.png", "a", scores, scores.astype(float), target, Path("a.png"))


@pytest.fixture(autouse=True)
def photo(in_empty_folder):
    Image.new("RGB", (20, 20), "red").save("a.png")


def test_mistakes_and_confusion_matrix_lie_beside_the_sheet():
    answers = [answer(0.9, 1), answer(0.2, 1), answer(0.3, 0)]
    files = draw_answers(Path("s.png"), answers, WORDING, run_id="a run")
    assert files == {Path("s.png"): 1, Path("s-mistakes.png"): 1, Path("s-confusion.png"): 1}
    for file in files:
        with Image.open(file) as picture:
            assert min(picture.size) > 200


def test_without_mistakes_or_classes_there_is_less_to_draw():
    files = draw_answers(Path("s.png"), [answer(0.9, 1)], WORDING, run_id="a")
    assert list(files) == [Path("s.png"), Path("s-confusion.png")]
    assert draw_answers(Path("t.png"), [answer(0.9, None)] * 37, WORDING, run_id="a") == {Path("t.png"): 2}
