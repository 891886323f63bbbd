"""Averages of weights and running statistics, which are evaluated and saved in place of the network."""

from __future__ import annotations

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

from cnnlab.networks.batch_norm import folded

LOOKAHEAD_PART = 0.5
"""Of the way to the fast weights, as in the paper's experiments on images."""


class MovingAverage(AveragedModel):
    """Exponential moving average of a network, whose decay is warmed up: young averages forget fast.

    average = d * average + (1 - d) * weights,  d = min(decay, (1 + n) / (10 + n)) at update n, from 0; the first one
    copies. At a decay of 0.999 throughout, 90 % of an average of 100 steps were the weights of step 1. The running
    statistics of batch normalization are averaged as evaluation takes them: corrected, so nothing is left to correct.

    Args:
        network: on its device.
        decay: per step, in [0, 1).
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        super().__init__(network, use_buffers=True)
        self.n_averaged = self.n_averaged.to(next(network.parameters()).device)  # torch leaves it on the CPU
        self.decay = decay

    @torch.no_grad()
    def update_parameters(self, model: nn.Module) -> None:
        """Take a step's weights in; everything stays on the device."""
        done = self.n_averaged
        weight = 1 - ((1 + done) / (10 + done)).clamp(max=self.decay) * (done > 0)
        for average, current in zip(self.module.state_dict().values(), folded(model).values()):
            if average.is_floating_point():
                average.lerp_(current, weight)
            else:
                average.copy_(current)
        self.n_averaged += 1


class Lookahead(AveragedModel):
    """Slow weights that follow the network's fast ones, which go back to them every few steps.

    Zhang et al. 2019, arXiv:1907.08610: slow = slow + part * (fast - slow), then fast = slow. What the optimizer keeps
    of its steps stays. The running statistics of batch normalization are the network's, corrected, as of that step.

    Args:
        network: on its device.
        every: so many steps, k in the paper.
        part: of the way to the fast weights, alpha in the paper.
    """

    def __init__(self, network: nn.Module, *, every: int, part: float) -> None:
        super().__init__(network, use_buffers=True)
        self.n_averaged = self.n_averaged.to(next(network.parameters()).device)  # torch leaves it on the CPU
        self.every, self.part = every, part

    @torch.no_grad()
    def update_parameters(self, model: nn.Module) -> None:
        """Count a step, and go back where it is time; a GPU is not asked, but goes no part of the way."""
        self.n_averaged += 1
        is_due = self.n_averaged % self.every == 0
        if is_due.device.type == "cpu" and not is_due:
            return
        for slow, fast in zip(self.module.parameters(), model.parameters()):
            slow.lerp_(fast, self.part * is_due)
            fast.lerp_(slow, 1.0 * is_due)
        statistics = folded(model)
        for name, kept in self.module.named_buffers():
            kept.copy_(torch.where(is_due, statistics[name], kept))
