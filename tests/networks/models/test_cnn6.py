"""cnn6: the report's parameter counts, layer by layer, and the order of its layers."""

import pytest
import torch
from torch import nn

from cnnlab.base.errors import ConfigError
from cnnlab.networks.activations import identity, relu
from cnnlab.networks.models.cnn6 import cnn6
from cnnlab.networks.normalizations import batch, dropout, none

COUNTS = {  # of the report, for 3x32x32 and 10 classes
    "conv1": 168,
    "conv2": 440,
    "conv3": 90,
    "conv4": 132,
    "conv5": 182,
    "norm1": 28,
    "conv6": 240,
    "fc1": 2_769_920,
    "fc2": 524_800,
    "norm2": 1_024,
    "fc3": 131_328,
    "fc4": 2_570,
}


def count(module):
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize(("normalization", "total"), [(batch, 3_430_922), (dropout, 3_429_870), (none, 3_429_870)])
def test_cnn6_has_the_reports_number_of_parameters(normalization, total):
    assert count(cnn6(10, 3, 32, normalization, relu)) == total


def test_each_layer_has_the_reports_number_of_parameters():
    model = cnn6(10, 3, 32, batch, relu)
    assert {name: count(module) for name, module in model.named_children() if count(module)} == COUNTS


def test_dropout_drops_channels_behind_conv5_and_units_behind_fc2():
    model = cnn6(10, 3, 32, dropout, relu)
    assert (type(model.norm1), type(model.norm2)) == (nn.Dropout2d, nn.Dropout)


def test_layers_run_in_this_order():
    model = cnn6(10, 3, 32, batch, relu)
    names, order = {module: name for name, module in model.named_children()}, []
    for module in model.children():
        module.register_forward_hook(lambda module, *_: order.append(names[module]))
    model(torch.randn(2, 3, 32, 32))
    assert order == [
        "conv1", "act1", "pool",
        "conv2", "act2",
        "conv3", "act3",
        "conv4", "act4",
        "conv5", "norm1", "act5",
        "conv6", "act6",
        "fc1", "act7",
        "fc2", "norm2", "act8",
        "fc3", "act9",
        "fc4",
    ]  # fmt: skip


def test_features_are_the_activations_of_fc3():
    model = cnn6(10, 3, 32, none, relu).eval()
    features = model.features(torch.randn(8, 3, 32, 32))
    assert features.shape == (8, model.num_features) == (8, 256)
    assert features.min() == 0


def test_without_activation_and_normalization_nothing_but_the_pool_is_not_linear():
    model, bare = cnn6(3, 1, 8, none, identity), torch.zeros(1, 1, 8, 8)
    constant = torch.ones(1, 1, 8, 8)  # equal pixels: the maximum of equal values is linear
    offset = model(bare)
    torch.testing.assert_close(model(2 * constant) - offset, 2 * (model(constant) - offset), atol=1e-5, rtol=1e-4)


def test_width_scales_channels_and_units():
    model = cnn6(10, 3, 32, batch, relu, width=0.5)
    convolutions = [model.conv1, model.conv2, model.conv3, model.conv4, model.conv5, model.conv6]
    assert [conv.out_channels for conv in convolutions] == [3, 4, 5, 6, 7, 8]
    assert [fc.out_features for fc in (model.fc1, model.fc2, model.fc3, model.fc4)] == [512, 256, 128, 10]


def test_images_of_8_pixels_leave_one():
    assert cnn6(10, 1, 8, batch, relu).fc1.in_features == 16


def test_too_small_images_are_refused():
    message = r"^model \(cnn6\): needs images of at least 8x8 pixels, got 6x6\. Set dataset\.image_size=8 or more\.$"
    with pytest.raises(ConfigError, match=message):
        cnn6(10, 3, 6, batch, relu)
