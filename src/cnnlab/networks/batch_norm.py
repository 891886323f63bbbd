"""Batch normalization whose running statistics are corrected for where they started, and the way there and back.

Torch's start at mean 0 and variance 1 and forget that slowly: after t training steps a part k = (1 - momentum)^t of
them is still the start, 12 % after 20 steps. Where activations have a variance of 5e-5, a network of 98 % training
accuracy answers by chance that way. Kept are torch's own statistics; evaluation takes the start out of them:

    mean = running_mean / (1 - k)        variance = (running_var - k) / (1 - k)

These are means over the batches seen, weighted as torch does. Training computes as torch does, to the bit. Where
nothing has been seen (t = 0) there is nothing to correct, nor where t says that it has been done: see `folded`.
"""

from __future__ import annotations

import functools

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.modules.batchnorm import _BatchNorm

DONE = 2**40
"""A bit of `num_batches_tracked`: nothing is left to correct, since (1 - momentum)^DONE is 0."""
NO_VARIANCE = "A batch of one has no variance to normalize by"
"""Why a network that `normalizes_by_batch` takes no batches of one image."""


def normalizes_by_batch(model: nn.Module) -> bool:
    """Tell whether a part of a network normalizes by its batch while it is trained; puts it into that mode."""
    return any(isinstance(module, _BatchNorm) and module.training for module in model.train().modules())


class _Corrected(_BatchNorm):
    """Torch's batch normalization, but for the statistics in evaluation."""

    momentum: float

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's name
        """Return the normalized input, of the same shape."""
        if self.training:
            return super().forward(input)
        self._check_input_dim(input)  # type: ignore[no-untyped-call]
        mean, variance = self.statistics()
        return F.batch_norm(input, mean, variance, self.weight, self.bias, eps=self.eps)

    def statistics(self) -> tuple[Tensor, Tensor]:
        """Return mean and variance per channel, both (C,); they stay on the device, for a look would wait for it."""
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        steps = self.num_batches_tracked.double()  # in fp32, 1 - k would lose the digits that count
        start = (1 - self.momentum) ** steps
        seen = torch.where(steps > 0, 1 - start, 1.0)
        start = torch.where(steps > 0, start, 0.0)
        mean = self.running_mean / seen
        variance = ((self.running_var.double() - start) / seen).clamp(min=0)  # the sum was rounded, in fp32
        return mean.to(self.running_mean.dtype), variance.to(self.running_var.dtype)


class BatchNorm1d(_Corrected, nn.BatchNorm1d):
    """Of features (N, C)."""


class BatchNorm2d(_Corrected, nn.BatchNorm2d):
    """Of images (N, C, H, W)."""


class _CorrectedAct(_Corrected):
    """Timm's batch normalization, which is followed by dropout and an activation of its own."""

    drop: nn.Module
    act: nn.Module

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's name
        """Return what comes of the normalized input, of the same shape."""
        normalized = super().forward(input)
        return normalized if self.training else self.act(self.drop(normalized))


_CORRECTED: dict[type[nn.Module], type[nn.Module]] = {nn.BatchNorm1d: BatchNorm1d, nn.BatchNorm2d: BatchNorm2d}


@functools.cache
def _corrected(kind: type[nn.Module]) -> type[nn.Module] | None:
    """Return what corrects modules of this kind; None for those that need none, or of which nothing is known."""
    if kind in _CORRECTED or issubclass(kind, _Corrected):
        return _CORRECTED.get(kind)
    is_timms = kind.__name__ == "BatchNormAct2d" and kind.__module__.startswith("timm.")
    return type(kind.__name__, (_CorrectedAct, kind), {}) if is_timms else None


def _plain(kind: type[nn.Module]) -> type[nn.Module]:
    """Return what a corrected kind is without the correction; any other as it is."""
    bases = (base for base in kind.__mro__ if issubclass(base, nn.Module) and not issubclass(base, _Corrected))
    return next(bases)


def correct(network: nn.Module) -> None:
    """Let a network with initial weights correct its running statistics; parameters and buffers stay the same objects.

    Modules without running statistics stay torch's, as do those that average without forgetting (momentum None).
    """
    for module in network.modules():
        if isinstance(module, _BatchNorm) and module.track_running_stats and module.momentum is not None:
            kind: type[nn.Module] = type(module)
            module.__class__ = _corrected(kind) or kind  # type: ignore[arg-type, assignment]


def take_as_they_are(network: nn.Module) -> None:
    """Let a network use the running statistics that it has, now and when it is trained further: they were loaded."""
    for module in network.modules():
        module.__class__ = _plain(type(module))


def folded(network: nn.Module) -> dict[str, Tensor]:
    """Return a network's state with the correction in its statistics: torch's own modules evaluate the same with it.

    So do the modules here: the counter of training steps gets the bit DONE. Torch reads it only with momentum None.
    """
    state = dict(network.state_dict())
    for name, module in network.named_modules():
        if isinstance(module, _Corrected):
            assert module.num_batches_tracked is not None
            prefix = f"{name}." if name else ""
            state[f"{prefix}running_mean"], state[f"{prefix}running_var"] = module.statistics()
            state[f"{prefix}num_batches_tracked"] = module.num_batches_tracked | DONE
    return state
