import math

import pytest
import torch
from torch import nn

from cnnlab.training.evaluation import evaluate, measure, predict


class Constant(nn.Module):
    """Answers class 0, whatever it sees."""

    def forward(self, x):
        return torch.tensor([[1.0, 0.0, 0.0]]).expand(len(x), 3)


def test_evaluate_weights_a_short_last_batch_by_its_size():
    data = [(torch.zeros(4, 1, 2, 2), torch.tensor([0, 0, 0, 1])), (torch.zeros(1, 1, 2, 2), torch.tensor([0]))]
    score = evaluate(Constant(), data, loss_fn=nn.CrossEntropyLoss())
    log_sum = math.log(math.e + 2)
    assert score.accuracy == pytest.approx(4 / 5)  # the mean of the batches' accuracies would be 7 / 8
    assert score.loss == pytest.approx((4 * (log_sum - 1) + log_sum) / 5, abs=1e-6)


def test_predict_returns_all_logits_in_order():
    torch.manual_seed(0)
    model, images, targets = nn.Sequential(nn.Flatten(), nn.Linear(4, 3)), torch.randn(10, 1, 2, 2), torch.arange(10)
    logits, seen = predict(model, list(zip(images.split(4), targets.split(4))))
    torch.testing.assert_close(logits, model(images).detach())
    assert torch.equal(seen, targets)


def test_measured_figures_are_a_tensor_of_the_scores():
    model, data = nn.Sequential(nn.Flatten(), nn.Linear(4, 3)), [(torch.randn(4, 1, 2, 2), torch.tensor([0, 1, 2, 0]))]
    figures, score = (how(model, data, loss_fn=nn.CrossEntropyLoss()) for how in (measure, evaluate))
    assert (figures.dtype, figures.tolist()) == (torch.float64, [score.loss, score.accuracy])
