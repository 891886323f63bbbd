"""lenet: its layers and their parameters, by hand."""

import pytest
import torch
from torch import nn

from cnnlab.base.errors import ConfigError
from cnnlab.networks.activations import tanh
from cnnlab.networks.models.lenet import lenet
from cnnlab.networks.normalizations import batch, none

COUNTS = {  # for 1x32x32 and 10 classes
    "conv1": (25 + 1) * 6,
    "conv2": (6 * 25 + 1) * 16,
    "fc1": (16 * 5 * 5 + 1) * 120,
    "fc2": (120 + 1) * 84,
    "fc3": (84 + 1) * 10,
}


def count(module):
    return sum(p.numel() for p in module.parameters())


def test_each_layer_has_its_parameters():
    model = lenet(10, 1, 32, none, tanh)
    assert {name: count(module) for name, module in model.named_children() if count(module)} == COUNTS
    assert count(model) == 61_706


def test_layers_run_in_this_order():
    model = lenet(10, 3, 32, batch, tanh)
    names, order = {module: name for name, module in model.named_children()}, []
    for module in model.children():
        module.register_forward_hook(lambda module, *_: order.append(names[module]))
    model(torch.randn(2, 3, 32, 32))
    assert order == [
        "conv1", "norm1", "act1", "pool1",
        "conv2", "norm2", "act2", "pool2",
        "fc1", "norm3", "act3",
        "fc2", "norm4", "act4",
        "fc3",
    ]  # fmt: skip


def test_images_of_28_pixels_leave_4():
    assert lenet(10, 1, 28, batch, tanh).fc1.in_features == 16 * 4 * 4


def test_width_scales_channels_and_units():
    model = lenet(10, 1, 32, none, tanh, width=0.5)
    assert [m.weight.shape[0] for m in model.modules() if isinstance(m, nn.Conv2d | nn.Linear)] == [3, 8, 60, 42, 10]


def test_too_small_images_are_refused():
    message = (
        r"^model \(lenet\): needs images of at least 16x16 pixels, got 12x12\. Set dataset\.image_size=16 or more\.$"
    )
    with pytest.raises(ConfigError, match=message):
        lenet(10, 3, 12, batch, tanh)
