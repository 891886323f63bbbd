"""Floating point operations of a forward pass, counted while it goes on.

torch.utils.flop_counter counts them so too, but loads Triton for it, an eighth of the time that torch takes, and counts
attention on a CPU as nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from cnnlab.base.compiler import without_compiler

_ATEN = torch.ops.aten


def count_flops(model: nn.Module, images: Tensor) -> int:
    """Return the floating point operations of a forward pass in evaluation; the model's mode is left as it was."""
    was_training = model.training
    counter = _Counter()
    with without_compiler(), torch.no_grad(), counter:  # in inference mode, composite operations stay whole
        model.eval()(images)
    model.train(was_training)
    return 2 * counter.multiplications


class _Counter(TorchDispatchMode):
    """Counts the multiplications of convolutions, matrices and attention, each with its addition; others are few."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.multiplications = 0

    def __torch_dispatch__(
        self, func: torch._ops.OpOverload, types: object, args: Sequence[Tensor] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:  # fmt: skip
        out = func(*args, **(kwargs or {}))
        if (of := _MULTIPLICATIONS.get(func.overloadpacket)) is not None:
            self.multiplications += of(out, args)
        return out


def _of_convolution(out: Tensor, args: Sequence[Tensor]) -> int:
    """Return those of a convolution with weights (C_out, C_in / groups, ...), or of a transposed one."""
    images, weight, is_transposed = args[0], args[1], args[6]
    return prod((images if is_transposed else out).shape) * prod(weight.shape[1:])


def _of_product(out: Tensor, args: Sequence[Tensor]) -> int:
    """Return those of (..., n, k) times (..., k, m), the last two arguments."""
    return prod(out.shape) * int(args[-1].shape[-2])


def _of_attention(_: object, args: Sequence[Tensor]) -> int:
    """Return those of queries (..., n, k), keys (..., m, k) and values (..., m, d)."""
    query, key, value = args[:3]
    return prod(query.shape[:-1]) * int(key.shape[-2]) * (key.shape[-1] + value.shape[-1])


_MULTIPLICATIONS: dict[torch._ops.OpOverloadPacket, Callable[[Tensor, Sequence[Tensor]], int]] = {
    _ATEN.convolution: _of_convolution,
    _ATEN.mm: _of_product,
    _ATEN.bmm: _of_product,
    _ATEN.addmm: _of_product,
    _ATEN.baddbmm: _of_product,
    _ATEN._scaled_dot_product_flash_attention_for_cpu: _of_attention,
    _ATEN._scaled_dot_product_flash_attention: _of_attention,
    _ATEN._scaled_dot_product_efficient_attention: _of_attention,
    _ATEN._scaled_dot_product_cudnn_attention: _of_attention,
}
