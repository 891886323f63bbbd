"""A moving average of weights and running statistics."""

from __future__ import annotations

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

from cnnlab.networks.batch_norm import folded


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
