import numpy as np

from cnnlab.runs.inspecting.label_errors import likely_errors


def test_image_found_confidently_in_another_class_is_a_likely_error():
    """Worked by hand: t = (0.6, 0.75), so image 2 counts for class 1, and image 4, below both, for none."""
    labels = np.array([0, 0, 0, 1, 1])
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.05, 0.95], [0.45, 0.55]])
    (error,) = likely_errors(labels, probabilities)
    assert (error.place, error.label, error.suggested) == (2, 0, 1)
    np.testing.assert_allclose(error.margin, 0.8)


def test_mistake_without_confidence_is_none():
    labels = np.array([0, 0, 1, 1])
    probabilities = np.array([[0.95, 0.05], [0.45, 0.55], [0.1, 0.9], [0.2, 0.8]])
    assert likely_errors(labels, probabilities) == []


def test_likeliest_errors_come_first():
    right = np.tile([[0.9, 0.1], [0.1, 0.9]], (20, 1))
    labels = np.tile([0, 1], 20)
    wrong = np.array([[0.08, 0.92], [0.99, 0.01]])
    found = likely_errors(np.concatenate([labels, [0, 1]]), np.concatenate([right, wrong]))
    assert [(error.place, error.label, error.suggested) for error in found] == [(41, 1, 0), (40, 0, 1)]


def test_class_without_images_is_never_suggested():
    probabilities = np.array([[0.2, 0.1, 0.7], [0.1, 0.2, 0.7]])
    assert likely_errors(np.array([0, 1]), probabilities) == []


def test_most_labels_that_were_swapped_are_found():
    draw = np.random.default_rng(0)
    true = draw.integers(4, size=400)
    logits = draw.normal(size=(400, 4)) + 6 * np.eye(4)[true]
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    labels = true.copy()
    labels[:20] = (labels[:20] + 1) % 4
    found = {error.place for error in likely_errors(labels, probabilities)}
    assert len(found & set(range(20))) >= 18
    assert len(found - set(range(20))) <= 5
