"""What a training step may not do on a device: wait for it, or read memory of the host. No device is needed to see it.

Either would hold up the queue of a GPU, and a CUDA graph cannot capture it: it would replay the value of one step.
"""

from contextlib import contextmanager

import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

WAITS = {torch.Tag.data_dependent_output, torch.Tag.dynamic_output_shape}  # item, bincount, nonzero, unique, ...
CUDA = torch.device("cuda", 0)


class NoHostTraffic(TorchDispatchMode):
    """Refuse operations whose result the host must see, and those that have tensors on two devices."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if waits(func, args):
            raise AssertionError(f"{func} waits for the device.")
        result = None if "_fused_" in func.name() else func(*args, **kwargs)  # torch has no fake of fused optimizers
        devices = {leaf.device.type for leaf in tree_leaves((args, kwargs, result)) if isinstance(leaf, Tensor)}
        if len(devices) > 1:
            raise AssertionError(f"{func} moves values between {sorted(devices)}.")
        return result


def waits(func, args):
    """Tell whether an operation's shape or value is known only when the device has computed it."""
    if func is torch.ops.aten.index.Tensor:
        return any(index is not None and index.dtype in (torch.bool, torch.uint8) for index in args[1])
    return not WAITS.isdisjoint(func.tags)


@contextmanager
def fake_cuda():
    """Let tensors on CUDA be made that have a shape and a device, and no values."""
    with FakeTensorMode(allow_non_fake_inputs=True):
        yield
