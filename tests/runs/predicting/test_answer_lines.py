import numpy as np
import pytest

from cnnlab.runs.calibration import Calibration
from cnnlab.runs.predicting.answer_lines import (
    Wording,
    calibration_lines,
    table,
    totals,
    unreadable_lines,
    verdict_lines,
)
from cnnlab.runs.predicting.answers import Answer
from cnnlab.runs.predicting.classification import Unreadable
from cnnlab.runs.predicting.own_images import OwnImages

SOFTMAX = Wording(("cats", "dogs"), "probabilities", None)


def answer(p, target=None, name="a.png"):
    scores = np.array([1 - p, p], np.float32)
    return Answer(name, name, scores, scores.astype(float), target)


def test_table_has_the_runner_up_and_fits_the_width():
    long = "a folder/" * 12 + "1.png"
    lines = table([answer(0.812), answer(0.3, name=long)], SOFTMAX, width=80)
    assert lines[0] == "class  probability  runner-up    file"
    assert lines[1] == "dogs        81.2 %  cats 18.8 %  a.png"
    assert max(map(len, lines)) == 80
    assert lines[2].endswith("1.png")
    assert table([answer(0.3, name=long)], SOFTMAX, width=None)[1].endswith(long)


def test_decision_values_stand_beside_their_probabilities():
    scores = np.array([-0.5, 0.499], np.float32)
    calibration = Calibration(2.0, 25)
    found = Answer("a", "a", scores, calibration.probabilities(scores[None])[0])
    wording = Wording(("cats", "dogs"), "decision values", calibration)
    assert table([found], wording, width=80) == [
        "class  probability  score  runner-up    file",
        "dogs        88.1 %  0.499  cats 11.9 %  a",
    ]
    assert calibration_lines(wording) == [
        "note     probabilities are scores calibrated on the run's 25 validation images."
    ]


def test_totals_count_classes_and_name_what_is_least_sure():
    answers = [answer(0.9, name=f"{i}.png") for i in range(6)] + [answer(0.49, name="x.png")]
    total, unsure = totals(answers, SOFTMAX)
    assert total == "total    cats 1, dogs 6"
    assert unsure == "unsure   x.png (cats 51.0 %); 0.png (dogs 90.0 %); 1.png (dogs 90.0 %)"
    assert totals(answers[:1], SOFTMAX) == []


def test_of_many_classes_the_most_frequent_are_counted():
    wording = Wording(tuple(f"c{i}" for i in range(14)), "probabilities", None)
    answers = [Answer("a", "a", np.eye(14, dtype=np.float32)[max(i, 2)], np.eye(14)[max(i, 2)]) for i in range(14)]
    assert totals(answers, wording)[0] == (
        "total    c2 3, c3 1, c4 1, c5 1, c6 1, c7 1, c8 1, c9 1, c10 1, c11 1, 2 other"
    )


def verdict(own, *, others=0):
    answers = [answer(0.9, 1), answer(0.8, 1), answer(0.7, 0), answer(0.1, 0), *[answer(0.1)] * others]
    return verdict_lines(answers, SOFTMAX, own)


def test_images_in_folders_of_classes_are_counted_right_or_wrong_with_an_interval():
    lines = verdict(OwnImages(frozenset({0, 2}), frozenset({1})), others=2)
    assert lines == [
        "right    75 % (3 of 4; 95 % interval 30 to 95) by the names of their folders. 2",
        "         more are in folders that are no class of the run's.",
        "         true \\ predicted  cats  dogs",
        "         cats                 1     1",
        "         dogs                 0     2",
        "known    the run saw 2 of them in training or validation, 1 are its test images.",
        "         Of the others 100 % (2 of 2; 95 % interval 34 to 100).",
    ]


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (OwnImages(frozenset(range(4)), frozenset()), "None is new to it: this is no test."),
        (
            OwnImages(frozenset(), frozenset({3})),
            "known 1 of them are the run's own test images, it learned from none.",
        ),
        (None, "note the run's own images are not here: whether it was trained on some of these"),
    ],
)
def test_it_is_said_what_the_run_has_seen_before(own, expected):
    assert expected in " ".join(" ".join(verdict(own)).split())


def test_images_that_are_all_new_need_no_remark():
    assert len(verdict(OwnImages(frozenset(), frozenset()))) == 4


def test_of_many_classes_the_confusions_are_named():
    wording = Wording(tuple("abcdefghij"), "probabilities", None)
    answers = [Answer("x", "x", np.eye(10, dtype=np.float32)[i % 2], np.eye(10)[i % 2], 0) for i in range(6)]
    assert "confused a taken for b 3" in verdict_lines(answers, wording, OwnImages(frozenset(), frozenset()))


def test_files_that_cannot_be_read_for_one_reason_are_counted():
    broken = [Unreadable(f"{i}.heic", "a HEIC photograph") for i in range(5)]
    assert unreadable_lines([*broken, Unreadable("a.png", "empty")]) == [
        "5 images (a HEIC photograph): 0.heic, 1.heic, 2.heic and 2 more",
        "a.png (empty)",
    ]


def test_nothing_is_said_of_images_whose_class_is_not_known():
    assert verdict_lines([answer(0.9)], SOFTMAX, None) == []
