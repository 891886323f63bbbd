import numpy as np

from cnnlab.runs.predicting.answers import Answer, columns, counts_of, least_sure, row, worst

CLASSES = ("ant", "bee", "cat", "dog")


def answer(*probabilities, target=None, name="a.png"):
    p = np.array(probabilities)
    return Answer(name, name, np.log(p).astype(np.float32), p, target)


def test_row_has_the_three_likeliest_classes_behind_the_scores():
    cells = row(answer(0.1, 0.5, 0.25, 0.15, target=2), CLASSES)
    names = columns(CLASSES, [answer(0.1, 0.5, 0.25, 0.15, target=2)])
    assert names[:6] == ("file", "predicted", "score_ant", "score_bee", "score_cat", "score_dog")
    last = ("probability", "second", "second_probability", "third", "third_probability", "target")
    assert names[6:] == last
    assert [cells[name] for name in last] == [0.5, "cat", 0.25, "dog", 0.15, "cat"]


def test_two_classes_have_no_third_and_images_of_no_class_no_target():
    assert columns(("a", "b"), [answer(0.5, 0.5)])[4:] == ("probability", "second", "second_probability")


def test_probability_that_is_not_known_is_none():
    unknown = Answer("a", "a", np.array([1.0, 2.0], np.float32), None)
    assert row(unknown, ("a", "b"))["probability"] is None
    assert (unknown.predicted, unknown.margin, unknown.is_right) == (1, 1.0, None)


def test_answers_are_ordered_by_how_far_the_likeliest_class_is_ahead():
    sure, unsure, wrong = answer(0.9, 0.1, target=0), answer(0.55, 0.45, target=0), answer(0.2, 0.8, target=0)
    assert least_sure([sure, wrong, unsure]) == [unsure, wrong, sure]
    slightly = answer(0.49, 0.51, target=0)
    assert worst([slightly, sure, wrong, unsure]) == [wrong, slightly]


def test_answers_without_a_target_are_in_no_confusion_matrix():
    answers = [answer(0.9, 0.1, target=1), answer(0.9, 0.1), answer(0.2, 0.8, target=1)]
    assert counts_of(answers, 2).tolist() == [[0, 0], [1, 1]]
    assert counts_of(answers[1:2], 2).tolist() == [[0, 0], [0, 0]]
