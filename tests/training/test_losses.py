"""Losses: the contract of the table, then exact values."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cnnlab.networks.scores import DECISION_VALUES, PROBABILITIES, scores_are
from cnnlab.training.losses import LOSSES, cross_entropy, focal, l1, mse
from cnnlab.training.metric_losses import as_feature_loss
from tests.host_traffic import CUDA, NoHostTraffic, fake_cuda

TARGETS = torch.tensor([0, 2, 1, 2])
ONE_HOT = F.one_hot(TARGETS, 3).float()


@pytest.mark.parametrize("name", LOSSES)
def test_loss_is_one_finite_float32_that_is_not_negative(name):
    loss = LOSSES[name](3)(torch.randn(4, 3), TARGETS)
    assert (loss.shape, loss.dtype) == ((), torch.float32)
    assert math.isfinite(loss)
    assert loss >= 0


@pytest.mark.parametrize("name", LOSSES)
def test_training_loss_moves_nothing_between_host_and_device(name):
    with fake_cuda():
        with CUDA:
            loss_fn, logits, features = LOSSES[name](3), torch.zeros(4, 3), torch.zeros(4, 5)
            targets = torch.zeros(4, dtype=torch.int64)
        if (feature_loss := as_feature_loss(loss_fn)) is not None:
            feature_loss.set_num_features(5)
        with NoHostTraffic():
            loss_fn(logits, targets, *([] if feature_loss is None else [features]))


@pytest.mark.parametrize("name", LOSSES)
def test_gradient_of_the_training_loss_waits_for_nothing(name):
    loss_fn, logits, features = LOSSES[name](3), torch.randn(4, 3), torch.randn(4, 5)
    if (feature_loss := as_feature_loss(loss_fn)) is not None:
        feature_loss.set_num_features(5)
    given = [values.requires_grad_() for values in ([logits] if feature_loss is None else [logits, features])]
    loss = loss_fn(logits, TARGETS, *given[1:])
    with NoHostTraffic():
        torch.autograd.grad(loss, given)


@pytest.mark.parametrize("name", LOSSES)
def test_loss_falls_as_the_prediction_gets_better(name):
    loss_fn = LOSSES[name](3)
    losses = [loss_fn(part * ONE_HOT, TARGETS).item() for part in (-1.0, 0.0, 0.5, 1.0)]
    assert losses == sorted(losses, reverse=True)
    assert len(set(losses)) == 4


@pytest.mark.parametrize("name", LOSSES)
def test_loss_is_the_mean_over_the_batch(name):
    loss_fn, logits = LOSSES[name](3), torch.randn(4, 3)
    single = torch.stack([loss_fn(z[None], y[None]) for z, y in zip(logits, TARGETS)])
    torch.testing.assert_close(loss_fn(logits, TARGETS), single.mean(), atol=1e-6, rtol=0)


@pytest.mark.parametrize("name", LOSSES)
def test_a_step_against_the_gradient_lowers_the_loss(name):
    loss_fn, logits = LOSSES[name](3), torch.zeros(4, 3, requires_grad=True)
    before = loss_fn(logits, TARGETS)
    (gradient,) = torch.autograd.grad(before, logits)
    assert loss_fn(logits - 0.1 * gradient, TARGETS) < before


@pytest.mark.parametrize("name", LOSSES)
def test_loss_takes_class_probabilities_and_one_hot_ones_are_the_classes(name):
    loss_fn, logits = LOSSES[name](3), torch.randn(4, 3)
    torch.testing.assert_close(loss_fn(logits, ONE_HOT), loss_fn(logits, TARGETS), atol=1e-6, rtol=0)


@pytest.mark.parametrize(("name", "kind"), [("cross_entropy", PROBABILITIES), ("focal", PROBABILITIES),
                                            ("mse", DECISION_VALUES), ("l1", DECISION_VALUES)])  # fmt: skip
def test_loss_says_what_its_scores_are(name, kind):
    assert scores_are(LOSSES[name](3)) == kind


def test_cross_entropy_of_mixed_targets_is_mixed():
    logits = torch.tensor([[math.log(6.0), math.log(3.0), 0.0]])  # probabilities 0.6, 0.3, 0.1
    loss = cross_entropy(3)(logits, torch.tensor([[0.75, 0.0, 0.25]]))
    assert loss.item() == pytest.approx(-0.75 * math.log(0.6) - 0.25 * math.log(0.1), abs=1e-6)


def test_cross_entropy_of_equal_logits_is_the_log_of_the_number_of_classes():
    assert cross_entropy(4)(torch.zeros(1, 4), torch.tensor([3])).item() == pytest.approx(math.log(4))


def test_cross_entropy_smooths_labels_towards_uniform():
    logits = torch.tensor([[math.log(6.0), math.log(3.0), 0.0]])  # probabilities 0.6, 0.3, 0.1
    nll = [-math.log(0.6), -math.log(0.3), -math.log(0.1)]
    loss = cross_entropy(3, label_smoothing=0.3)(logits, torch.tensor([0]))
    assert loss.item() == pytest.approx(0.7 * nll[0] + 0.3 * sum(nll) / 3, abs=1e-6)


def test_focal_weighs_cross_entropy_by_what_is_missing():
    logits = torch.tensor([[math.log(6.0), math.log(3.0), 0.0]])  # probabilities 0.6, 0.3, 0.1
    loss = focal(3, gamma=2.0)(logits, torch.tensor([1]))
    assert loss.item() == pytest.approx(-(0.7**2) * math.log(0.3), abs=1e-6)


def test_focal_with_gamma_0_is_cross_entropy():
    logits = torch.randn(4, 3)
    torch.testing.assert_close(focal(3, gamma=0.0)(logits, TARGETS), cross_entropy(3)(logits, TARGETS))


@pytest.mark.parametrize("gamma", [0.5, 2.0])
def test_focal_of_a_sure_answer_has_a_finite_gradient(gamma):
    logits = torch.tensor([[200.0, 0.0, 0.0]], requires_grad=True)
    focal(3, gamma=gamma)(logits, torch.tensor([0])).backward()
    assert logits.grad.isfinite().all()


@pytest.mark.parametrize(
    ("loss_fn", "value"),  # differences to the one-hot targets: 2, -1, 0; 0, 0, -3
    [(mse(3), (4 + 1 + 9) / 6), (l1(3), (2 + 1 + 3) / 6)],
)
def test_one_hot_loss_is_the_mean_over_images_and_classes(loss_fn, value):
    logits = torch.tensor([[3.0, -1.0, 0.0], [0.0, 0.0, -2.0]])
    assert loss_fn(logits, torch.tensor([0, 2])).item() == pytest.approx(value)


@pytest.mark.parametrize("name", ["mse", "l1"])
def test_one_hot_loss_is_zero_at_the_targets(name):
    assert LOSSES[name](3)(ONE_HOT, TARGETS).item() == 0.0


def test_one_hot_loss_works_where_a_batch_lacks_the_last_class():
    assert mse(5)(torch.zeros(1, 5), torch.tensor([0])).item() == pytest.approx(0.2)


def log_p(z):
    z = z - z.max(1, keepdims=True)
    return z - np.log(np.exp(z).sum(1, keepdims=True))


IN_FLOAT64 = {
    "cross_entropy": lambda z, t: -(t * log_p(z)).sum(1).mean(),
    "mse": lambda z, t: ((z - t) ** 2).mean(),
    "l1": lambda z, t: abs(z - t).mean(),
    "focal": lambda z, t: -(t * (1 - np.exp(log_p(z))) ** 2 * log_p(z)).sum(1).mean(),
}


@pytest.mark.parametrize("scale", [0.1, 3.0, 60.0])
@pytest.mark.parametrize("name", IN_FLOAT64)
def test_loss_and_its_gradient_are_those_of_its_formula_in_float64(name, scale):
    """Of the largest value: 1e-6 in the loss, 1e-5 in the gradient, by central differences of the formula."""
    draw = np.random.default_rng(0)
    logits, targets = scale * draw.standard_normal((16, 5)).astype(np.float32), draw.integers(0, 5, 16)
    z, t, formula = logits.astype(np.float64), np.eye(5)[targets], IN_FLOAT64[name]
    given = torch.tensor(logits, requires_grad=True)
    loss = LOSSES[name](5)(given, torch.tensor(targets))
    loss.backward()
    assert loss.item() == pytest.approx(formula(z, t), rel=1e-6, abs=1e-6)
    steps = [1e-6 * np.eye(80)[i].reshape(16, 5) for i in range(80)]
    slopes = np.array([(formula(z + step, t) - formula(z - step, t)) / 2e-6 for step in steps]).reshape(16, 5)
    np.testing.assert_allclose(given.grad.numpy(), slopes, rtol=0, atol=1e-5 * max(1, abs(slopes).max()))
