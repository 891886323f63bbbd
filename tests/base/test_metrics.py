import warnings

import numpy as np
import pytest
import sklearn.metrics as reference
from sklearn.exceptions import UndefinedMetricWarning

from cnnlab.base.metrics import (
    accuracy,
    area,
    balanced_accuracy,
    confusion_matrix,
    macro_auc,
    majority_accuracy,
    per_class,
    roc_curve,
)

# Three images of class 0, two of class 1, one of class 2; class 3 has none but is predicted once.
TARGETS = [0, 0, 0, 1, 1, 2]
PREDICTED = [0, 0, 1, 1, 3, 1]
CONFUSION = np.array([[2, 1, 0, 0], [0, 1, 0, 1], [0, 1, 0, 0], [0, 0, 0, 0]])
EMPTY = np.zeros((3, 3), dtype=np.int64)


def random_labels(seed, num_classes, num_images=200):
    draw = np.random.default_rng(seed)
    return draw.integers(num_classes, size=num_images), draw.integers(num_classes, size=num_images)


def roc_auc(scores, positives):
    return area(*roc_curve(scores, positives))


def test_confusion_matrix_has_true_classes_in_rows():
    confusion = confusion_matrix(TARGETS, PREDICTED, num_classes=4)
    np.testing.assert_array_equal(confusion, CONFUSION)
    assert confusion.dtype == np.int64


def test_confusion_matrix_of_no_images_is_zero():
    np.testing.assert_array_equal(confusion_matrix([], [], num_classes=3), EMPTY)


def test_confusion_matrix_takes_small_integer_types():  # 100 * 200 + 50 would overflow uint8
    labels = np.array([100], dtype=np.uint8)
    assert confusion_matrix(labels, np.array([50], dtype=np.uint8), num_classes=200)[100, 50] == 1


@pytest.mark.parametrize("num_classes", [2, 5, 40])
def test_confusion_matrix_agrees_with_sklearn(num_classes):
    targets, predicted = random_labels(0, num_classes)
    expected = reference.confusion_matrix(targets, predicted, labels=range(num_classes))
    np.testing.assert_array_equal(confusion_matrix(targets, predicted, num_classes=num_classes), expected)


@pytest.mark.parametrize(
    ("targets", "predicted", "message"),
    [
        ([0, 1], [0], r"^confusion_matrix: targets and predicted must be of one length, got 2 and 1\.$"),
        ([0, 3], [0, 0], r"^confusion_matrix: targets must lie in \[0, 3\), got 3\.$"),
        ([0, 1], [0, -1], r"^confusion_matrix: predicted must lie in \[0, 3\), got -1\.$"),
        ([0.0, 1.0], [0, 1], r"^confusion_matrix: targets must be integers \(N,\), got float64 \(2,\)\.$"),
    ],
)
def test_confusion_matrix_refuses_bad_labels(targets, predicted, message):
    with pytest.raises(ValueError, match=message):
        confusion_matrix(targets, predicted, num_classes=3)


def test_per_class_by_hand():
    reports = per_class(CONFUSION)
    assert [report.precision for report in reports] == pytest.approx([1, 1 / 3, 0, 0])
    assert [report.recall for report in reports] == pytest.approx([2 / 3, 1 / 2, 0, 0])
    assert [report.f1 for report in reports] == pytest.approx([0.8, 0.4, 0, 0])
    assert [report.support for report in reports] == [3, 2, 1, 0]


@pytest.mark.parametrize(("seed", "num_classes", "num_images"), [(0, 2, 50), (1, 10, 300), (2, 60, 80)])
def test_per_class_agrees_with_sklearn(seed, num_classes, num_images):  # 60 classes, 80 images: some are absent
    targets, predicted = random_labels(seed, num_classes, num_images)
    expected = reference.precision_recall_fscore_support(targets, predicted, labels=range(num_classes), zero_division=0)
    reports = per_class(confusion_matrix(targets, predicted, num_classes=num_classes))
    found = [(r.precision, r.recall, r.f1, r.support) for r in reports]
    np.testing.assert_allclose(found, np.transpose(expected), rtol=1e-12)


def test_accuracies_by_hand():
    assert accuracy(CONFUSION) == pytest.approx(3 / 6)
    assert balanced_accuracy(CONFUSION) == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)  # class 3 has no images
    assert majority_accuracy(CONFUSION) == pytest.approx(3 / 6)


@pytest.mark.parametrize("seed", range(3))
def test_accuracies_agree_with_sklearn(seed):
    targets, predicted = random_labels(seed, 7)
    confusion = confusion_matrix(targets, predicted, num_classes=7)
    assert accuracy(confusion) == pytest.approx(reference.accuracy_score(targets, predicted), rel=1e-12)
    assert balanced_accuracy(confusion) == pytest.approx(
        reference.balanced_accuracy_score(targets, predicted), rel=1e-12
    )


def test_a_constant_answer_scores_the_majority_accuracy_and_one_over_k():
    confusion = confusion_matrix([0] * 9 + [1], [0] * 10, num_classes=2)
    assert accuracy(confusion) == majority_accuracy(confusion) == 0.9
    assert balanced_accuracy(confusion) == 0.5


@pytest.mark.parametrize("figure", [accuracy, balanced_accuracy, majority_accuracy])
def test_accuracy_of_no_images_is_nan(figure):
    assert np.isnan(figure(EMPTY))


def test_roc_curve_by_hand():
    fpr, tpr = roc_curve([0.9, 0.8, 0.7, 0.6], [True, False, True, False])
    assert fpr.tolist() == [0, 0, 0.5, 0.5, 1]
    assert tpr.tolist() == [0, 0.5, 0.5, 1, 1]


def test_equal_scores_are_one_point_and_half_a_win():
    fpr, tpr = roc_curve([1, 1, 1, 1], [True, False, True, False])
    assert (fpr.tolist(), tpr.tolist()) == ([0, 1], [0, 1])
    assert roc_auc([1, 1, 1, 1], [True, False, True, False]) == 0.5


@pytest.mark.parametrize(("scores", "auc"), [([1, 2, 3, 4], 1.0), ([4, 3, 2, 1], 0.0), ([1, 3, 2, 4], 0.75)])
def test_roc_auc_by_hand(scores, auc):
    assert roc_auc(scores, [False, False, True, True]) == auc


@pytest.mark.parametrize("num_values", [3, 20, 10_000])  # few values: many ties
@pytest.mark.parametrize("seed", range(3))
def test_roc_agrees_with_sklearn(seed, num_values):
    draw = np.random.default_rng(seed)
    positives = draw.random(300) < 0.3
    scores = (draw.integers(num_values, size=300) + num_values * 0.4 * positives).astype(np.float32)
    expected_fpr, expected_tpr, _ = reference.roc_curve(positives, scores)
    fpr, tpr = roc_curve(scores, positives)
    np.testing.assert_allclose(fpr, expected_fpr, rtol=1e-12)
    np.testing.assert_allclose(tpr, expected_tpr, rtol=1e-12)
    assert roc_auc(scores, positives) == pytest.approx(reference.roc_auc_score(positives, scores), rel=1e-12)


@pytest.mark.parametrize("num_images", [1, 2])
@pytest.mark.parametrize("positive", [True, False])
def test_roc_curve_of_one_side_has_a_rate_of_nan_like_sklearn(num_images, positive):
    scores, positives = np.arange(num_images), [positive] * num_images
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)
        expected = reference.roc_curve(positives, scores, pos_label=True)[:2]
    np.testing.assert_array_equal(roc_curve(scores, positives), expected)
    assert np.isnan(roc_auc(scores, positives))


def test_roc_auc_does_not_change_under_a_rising_map():
    draw = np.random.default_rng(0)
    scores, positives = draw.normal(size=100), draw.random(100) < 0.5
    assert roc_auc(np.exp(scores), positives) == roc_auc(scores, positives)
    assert roc_auc(-scores, positives) == pytest.approx(1 - roc_auc(scores, positives), abs=1e-12)


@pytest.mark.parametrize("num_classes", [3, 10])
def test_macro_auc_is_sklearns_mean_of_each_class_against_the_rest(num_classes):
    draw = np.random.default_rng(num_classes)
    targets = draw.integers(num_classes, size=400)
    scores = draw.random((400, num_classes)).round(2) + 0.3 * np.eye(num_classes)[targets]
    scores /= scores.sum(1, keepdims=True)
    expected = reference.roc_auc_score(targets, scores, multi_class="ovr", average="macro")
    assert macro_auc(scores, targets) == pytest.approx(expected, rel=1e-12)


def test_macro_auc_of_two_classes_is_the_second_ones():
    draw = np.random.default_rng(0)
    targets = (draw.random(300) < 0.1).astype(int)
    scores = draw.normal(size=(300, 2)) + np.eye(2)[targets]
    expected = reference.roc_auc_score(targets, scores[:, 1] - scores[:, 0])
    assert macro_auc(scores, targets) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("scores", "targets"),
    [
        ([[0.9, 0.1, 0.0], [0.2, 0.8, 0.0]], [0, 1]),
        ([[0.9, 0.1], [0.2, 0.8]], [1, 1]),
        ([[1.0], [1.0]], [0, 0]),
        ([[np.nan, 0.1], [0.2, 0.8]], [0, 1]),
        (np.empty((0, 2)), []),
    ],
    ids=["a class without images", "one of two without images", "one class", "a score that is no number", "no images"],
)
def test_macro_auc_has_no_value_where_a_class_cannot_be_told_from_the_rest(scores, targets):
    assert np.isnan(macro_auc(scores, targets))


@pytest.mark.parametrize(
    ("scores", "positives", "message"),
    [
        ([], [], r"^roc_curve: scores and positives must be of one length over 0, got shapes \(0,\) and \(0,\)\.$"),
        ([1.0, 2.0], [True], r"of one length over 0, got shapes \(2,\) and \(1,\)\.$"),
        ([1.0, np.nan], [True, False], r"^roc_curve: scores must be finite, got nan\.$"),
    ],
)
def test_roc_curve_refuses_what_has_no_order(scores, positives, message):
    with pytest.raises(ValueError, match=message):
        roc_curve(scores, positives)
