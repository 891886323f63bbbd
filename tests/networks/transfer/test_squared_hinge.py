import pytest
import torch
from sklearn.svm import LinearSVC

from cnnlab.networks.transfer import squared_hinge
from cnnlab.networks.transfer.squared_hinge import SquaredHinge, solve_machines


def problem(num_images, num_features, *, scale=1.0):
    """Return features that go together, and signs that they nearly tell."""
    draw = torch.Generator().manual_seed(0)
    mixed = torch.randn(num_features, num_features, generator=draw, dtype=torch.float64)
    x = torch.randn(num_images, num_features, generator=draw, dtype=torch.float64) @ mixed * scale
    noise = torch.randn(num_images, generator=draw, dtype=torch.float64)
    return x, torch.where(x[:, 0] + x[:, 1] + noise > 0, 1.0, -1.0).double()[:, None]


def gradient(x, signs, weights, intercepts, C):  # noqa: N803
    extended = torch.cat((x, torch.ones(len(x), 1, dtype=x.dtype)), 1)
    weight = torch.cat((weights[0], intercepts)).requires_grad_()
    loss = weight.square().sum() / 2 + C * torch.relu(1 - signs[:, 0] * (extended @ weight)).square().sum()
    return torch.autograd.grad(loss, weight)[0]


@pytest.mark.parametrize("C", [0.01, 1.0, 100.0])
@pytest.mark.parametrize("shape", [(200, 10), (20, 60), (30, 30)], ids=str)
def test_gradient_vanishes_at_the_solution(shape, C):  # noqa: N803
    x, signs = problem(*shape)
    weights, intercepts, is_solved = solve_machines(x, signs, C)
    assert is_solved
    assert gradient(x, signs, weights, intercepts, C).abs().max() < 1e-7


@pytest.mark.parametrize("shape", [(200, 10), (20, 60)], ids=str)
def test_solution_is_scikit_learns(shape):
    x, signs = problem(*shape)
    weights, intercepts, _ = solve_machines(x, signs, 0.1)
    expected = LinearSVC(C=0.1, dual=False, tol=1e-12, max_iter=100_000).fit(x, signs[:, 0])
    torch.testing.assert_close(weights, torch.from_numpy(expected.coef_), atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(intercepts, torch.from_numpy(expected.intercept_), atol=1e-6, rtol=1e-5)


def test_machines_do_not_disturb_each_other():
    x, signs = problem(100, 8)
    both = torch.cat((signs, -signs), 1)
    weights = solve_machines(x, both, 1.0)[0]
    torch.testing.assert_close(weights[0], -weights[1])
    torch.testing.assert_close(weights[:1], solve_machines(x, signs, 1.0)[0])


def test_minimum_that_is_not_reached_is_told(monkeypatch):
    monkeypatch.setattr(squared_hinge, "_MAX_STEPS", 1)
    assert not solve_machines(*problem(100, 8), 1.0)[2]


def test_squared_hinge_is_the_value_worked_by_hand():
    scores = torch.tensor([[2.0, -0.5], [0.0, 0.5]])
    # image 0 of class 0: 0 + (1 - 0.5)^2; image 1 of class 1: (1 + 0)^2 + (1 - 0.5)^2
    assert float(SquaredHinge()(scores, torch.tensor([0, 1]))) == pytest.approx((0.25 + 1.25) / 2)
