"""Decision values as probabilities: against a search over all scales, and at the ends."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from cnnlab.networks.scores import NEVER
from cnnlab.runs.calibration import Calibration, fit, fit_temperature, saved_calibration
from cnnlab.runs.run import execute
from tests.conftest import tiny, tiny_transfer


def drawn(num_images, num_classes, *, scale, seed=0):
    """Return scores and targets that are drawn from softmax(scale x scores)."""
    draw = np.random.default_rng(seed)
    scores = draw.normal(size=(num_images, num_classes)).astype(np.float32)
    p = np.exp(scale * (scores.astype(float) - scores.max(1, keepdims=True)))
    p /= p.sum(1, keepdims=True)
    return scores, np.array([draw.choice(num_classes, p=row) for row in p])


@pytest.mark.parametrize(("num_classes", "scale"), [(2, 3.0), (5, 0.7), (10, 8.0)])
def test_scale_is_the_one_from_which_the_targets_were_drawn(num_classes, scale):
    calibration = fit(*drawn(20_000, num_classes, scale=scale))
    assert calibration.scale == pytest.approx(scale, rel=0.1)
    assert calibration.images == 20_000


@pytest.mark.parametrize("num_images", [1, 7, 60])
def test_scale_is_the_maximum_of_the_likelihood_under_platts_targets(num_images):
    scores, targets = drawn(num_images, 3, scale=2.0)
    t = np.array([((targets == target).sum() + 1) / ((targets == target).sum() + 2) for target in targets])
    rows = np.arange(num_images)
    rival = np.array([max(set(range(3)) - {y}, key=lambda k: row[k]) for row, y in zip(scores, targets)])

    def cost(scale):
        p = Calibration(scale, 1).probabilities(scores)
        return -(t * np.log(p[rows, targets]) + (1 - t) * np.log(p[rows, rival])).sum()

    best = minimize_scalar(cost, bounds=(0, 50), method="bounded", options={"xatol": 1e-9}).x
    assert fit(scores, targets).scale == pytest.approx(best, abs=1e-4)


def test_a_handful_of_images_that_are_all_right_makes_no_answer_certain():
    scores = np.array([[-3, 3], [3, -3], [-3, 3]], np.float32)
    p = fit(scores, np.array([1, 0, 1])).probabilities(scores).max(1)
    np.testing.assert_allclose(p, 0.71, atol=0.04)  # 3 of 4 and 2 of 3 are the targets


def test_scores_that_say_the_opposite_are_worth_nothing():
    scores, targets = drawn(500, 2, scale=5.0)
    calibration = fit(-scores, targets)
    assert calibration.scale == 0
    np.testing.assert_array_equal(calibration.probabilities(scores), np.full((500, 2), 0.5))


def test_class_that_is_never_answered_has_no_probability_and_its_images_do_not_count():
    scores, targets = drawn(4_000, 2, scale=2.0)
    with_third = np.concatenate([scores, np.full((4_000, 1), NEVER, np.float32)], 1)
    targets[:100] = 2
    calibration = fit(with_third, targets)
    assert calibration.scale == pytest.approx(2.0, rel=0.1)
    assert calibration.images == 3_900
    p = calibration.probabilities(with_third)
    np.testing.assert_array_equal(p[:, 2], 0)
    np.testing.assert_allclose(p.sum(1), 1)


def test_classes_that_cannot_be_told_apart_leave_nothing_to_fit():
    assert fit(np.full((4, 2), NEVER, np.float32), np.array([0, 1, 0, 1])) is None


@pytest.mark.parametrize(
    "summary", [{}, {"calibration": None}, {"calibration": {"scale": -1, "images": 3}}, {"calibration": {"scale": 2}}]
)
def test_damaged_calibration_is_none(summary):
    assert saved_calibration(summary) is None


@pytest.mark.usefixtures("in_empty_folder")
def test_runs_of_decision_values_keep_theirs_and_others_have_none():
    summary = execute(tiny_transfer("head=svm")).summary
    assert saved_calibration(summary).images == summary["data"]["val"]
    assert "calibration" not in execute(tiny_transfer("head=knn", "head.k=1")).summary
    assert "calibration" not in execute(tiny("loss=mse", "dataset.val_fraction=0")).summary


def test_temperature_is_the_likeliest_over_all():
    logits, targets = drawn(500, 4, scale=0.4)
    p = 3 * logits.astype(float)

    def surprise(log_scale):
        scaled = np.exp(log_scale) * p
        return -(scaled[np.arange(500), targets] - np.log(np.exp(scaled).sum(1))).sum()

    expected = np.exp(minimize_scalar(surprise, bounds=(-6, 3), method="bounded", options={"xatol": 1e-9}).x)
    found = fit_temperature(p.astype(np.float32), targets)
    assert found.scale == pytest.approx(expected, rel=1e-4)
    assert found.images == 500


def test_answers_that_are_all_right_fit_no_temperature():
    assert fit_temperature(np.array([[2, 1], [0, 1]], dtype=np.float32), np.array([0, 1])) is None
