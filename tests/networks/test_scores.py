"""What outputs say of the classes."""

import math

import torch
from torch import nn

from cnnlab.networks.scores import DECISION_VALUES, PROBABILITIES, scores_are, to_scores


def test_loss_that_says_nothing_leads_to_probabilities():
    assert scores_are(nn.CrossEntropyLoss()) == PROBABILITIES


def test_scores_are_the_softmax_or_the_outputs_themselves():
    logits = torch.tensor([[math.log(6.0), math.log(3.0), 0.0]])
    torch.testing.assert_close(to_scores(logits, PROBABILITIES), torch.tensor([[0.6, 0.3, 0.1]]))
    assert to_scores(logits, DECISION_VALUES) is logits
