"""Heads that are solved at once: the contract of all, then scikit-learn as reference."""

import numpy as np
import pytest
import torch
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC, LinearSVC

from cnnlab.base.errors import ConfigError
from cnnlab.networks.transfer import solved_heads
from cnnlab.networks.transfer.heads import HEADS, is_trained
from cnnlab.networks.transfer.solved_heads import standardised

SOLVED = [name for name in HEADS if not is_trained(name)]


def blobs(num_classes=3, per_class=30, dims=6, seed=0):
    """Return features and classes that overlap a little; the first column is constant."""
    draw = torch.Generator().manual_seed(seed)
    targets = torch.arange(num_classes).repeat(per_class)
    centres = 2 * torch.randn(num_classes, dims, generator=draw)
    features = centres[targets] + torch.randn(len(targets), dims, generator=draw)
    features[:, 0] = 5.0
    return features, targets


def solved(name, num_classes=3, **options):
    features, targets = blobs(num_classes)
    head = HEADS[name](features.shape[1], num_classes, **options)
    head.learn(features, targets, 0)
    return head, features, targets


@pytest.mark.parametrize("name", SOLVED)
def test_solved_head_learns_what_can_be_told_apart(name):
    head, features, targets = solved(name, num_classes=2)
    assert (head(features).argmax(1) == targets).float().mean() > 0.9


@pytest.mark.parametrize("name", SOLVED)
def test_solved_head_is_loaded_as_it_was_saved(name):
    head, features, _ = solved(name, num_classes=2)
    again = HEADS[name](features.shape[1], 2)
    again.load_state_dict(head.state_dict())
    torch.testing.assert_close(again(features), head(features), rtol=0, atol=0)


@pytest.mark.parametrize("name", SOLVED)
def test_solving_twice_gives_the_same_bits(name):
    torch.testing.assert_close(
        solved(name, num_classes=2)[0].state_dict(), solved(name, num_classes=2)[0].state_dict(), rtol=0, atol=0
    )


@pytest.mark.parametrize("name", SOLVED)
def test_output_is_computed_in_fp32_under_autocast(name):
    head, features, _ = solved(name, num_classes=2)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        torch.testing.assert_close(head(features), head(features.clone()), rtol=0, atol=0)
        assert head(features).dtype == torch.float32


@pytest.mark.parametrize("num_classes", [2, 4])
def test_linear_svm_scores_as_scikit_learn_on_standardised_features(num_classes):
    head, features, targets = solved("svm", num_classes, C=0.1)
    x, _, _ = standardised(features)
    expected = LinearSVC(C=0.1, dual=False, tol=1e-10, random_state=0).fit(x, targets).decision_function(x)
    scores = head(features).numpy()
    np.testing.assert_allclose(scores[:, 1] if num_classes == 2 else scores, expected, atol=1e-5)


@pytest.mark.parametrize("num_classes", [2, 3])
def test_gaussian_svm_scores_as_scikit_learn_one_against_the_rest(num_classes):
    head, features, targets = solved("svm", num_classes, kernel="rbf")
    x, _, _ = standardised(features)
    expected = SVC(C=1.0, gamma=1 / x.shape[1]).fit(x, targets == 1).decision_function(x)
    np.testing.assert_allclose(head(features)[:, 1].numpy(), expected, atol=1e-4)


def test_two_classes_of_an_svm_have_opposite_scores():
    head, features, _ = solved("svm_binary", 2)
    scores = head(features)
    torch.testing.assert_close(scores[:, 0], -scores[:, 1])


@pytest.mark.parametrize("num_classes", [2, 3])
def test_logistic_regression_gives_scikit_learns_probabilities(num_classes):
    from sklearn.linear_model import LogisticRegression

    head, features, targets = solved("logistic", num_classes)
    x, _, _ = standardised(features)
    expected = LogisticRegression(tol=1e-10, max_iter=10_000).fit(x, targets).predict_proba(x)
    np.testing.assert_allclose(head(features).softmax(1).numpy(), expected, atol=1e-6)


@pytest.mark.parametrize("C", [0.01, 100.0])
def test_logistic_regression_reaches_its_minimum(C):  # noqa: N803
    from sklearn.linear_model import LogisticRegression

    head, features, targets = solved("logistic", C=C)
    x, _, std = standardised(features)
    own = LogisticRegression(C=C, tol=1e-10, max_iter=10_000).fit(x, targets)

    def objective(log_p, weights):
        return 0.5 * np.square(weights).sum() - C * log_p[np.arange(len(x)), targets].sum()

    log_p = head(features).double().log_softmax(1).numpy()
    reached = objective(log_p, (head.weight * std).numpy())
    assert reached == pytest.approx(objective(own.predict_log_proba(x), own.coef_), rel=1e-5)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_neighbours_vote_as_in_scikit_learn(metric):
    features, targets = blobs()
    others, _ = blobs(seed=1)
    head = HEADS["knn"](features.shape[1], 3, k=5, metric=metric)
    head.learn(features, targets, 0)
    expected = KNeighborsClassifier(5, metric=metric).fit(features, targets).predict_proba(others)
    np.testing.assert_allclose(head(others).softmax(1).numpy(), expected, atol=1e-5)


def test_standardised_leaves_a_constant_column_constant():
    x, mean, std = standardised(torch.tensor([[1.0, 0.0], [1.0, 2.0]]))
    assert x.tolist() == [[0, -1], [0, 1]]
    assert (mean.tolist(), std.tolist()) == ([1, 1], [1, 1])


def test_gaussian_kernel_refuses_more_images_than_it_can_take(monkeypatch):
    monkeypatch.setattr(solved_heads, "RBF_LIMIT", 50)
    message = r"head\.kernel: rbf takes up to 50 training images, got 90\. Take fewer with dataset\.per_class"
    with pytest.raises(ConfigError, match=message):
        solved("svm", kernel="rbf")


def test_more_neighbours_than_images_are_refused():
    with pytest.raises(ConfigError, match=r"head\.k: must be <= 90, the training images, got 91\."):
        solved("knn", k=91)


def test_solver_that_gives_up_says_so(monkeypatch):
    monkeypatch.setattr(solved_heads, "_MAX_ITERATIONS", 1)
    head, _, _ = solved("logistic", C=1000.0)
    assert head.remark == "head     the solver stopped after 1 iterations; a smaller head.C ends sooner"
