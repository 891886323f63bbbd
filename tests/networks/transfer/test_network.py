import copy

import pytest
import torch
from torch import nn

from cnnlab.base.errors import ConfigError
from cnnlab.networks.transfer.network import Backbone, Expected, TransferNetwork, check_images

RGB = Expected((0.0,) * 3, (1.0,) * 3)


def backbone(expected=RGB):
    """Return one of three layers: two convolutions and a normalization between; features (N, 4)."""
    net = nn.Sequential()
    net.add_module("first", nn.Conv2d(3, 2, 3))
    net.add_module("norm", nn.BatchNorm2d(2))
    net.add_module("act", nn.ReLU())
    net.add_module("second", nn.Conv2d(2, 4, 3))
    net.add_module("pool", nn.AdaptiveAvgPool2d(1))
    return Backbone(net, 4, expected=expected, source="none")


def network(trainable_layers):
    return TransferNetwork(backbone(), nn.Linear(4, 2), trainable_layers=trainable_layers)


def learning(model):
    return {
        name.removeprefix("backbone.net.").partition(".")[0] for name, p in model.named_parameters() if p.requires_grad
    }


@pytest.mark.parametrize(
    ("trainable_layers", "expected"),
    [(0, {"head"}), (1, {"head", "second"}), (2, {"head", "second", "norm"}),
     (3, {"head", "second", "norm", "first"}), (None, {"head", "second", "norm", "first"})],
)  # fmt: skip
def test_layers_are_counted_from_the_end(trainable_layers, expected):
    assert learning(network(trainable_layers)) == expected


def test_more_layers_than_there_are_is_refused():
    message = (
        r"transfer\.trainable_layers: must be <= 3, the backbone's layers \(first, norm, second\), or all, got 4\."
    )
    with pytest.raises(ConfigError, match=message):
        network(4)


@pytest.mark.parametrize(("trainable_layers", "changes"), [(0, False), (1, False), (2, True), (None, True)])
def test_frozen_batch_norm_keeps_its_statistics(trainable_layers, changes):
    model = network(trainable_layers).train()
    before = model.backbone.net.norm.running_mean.clone()
    model(torch.randn(4, 3, 8, 8))
    assert bool((model.backbone.net.norm.running_mean != before).any()) == changes
    assert model.training


def test_copy_keeps_what_is_frozen_frozen():
    model = copy.deepcopy(network(1)).train()
    assert not model.backbone.net.norm.training
    assert model.backbone.net.second.training


def test_gray_images_are_seen_as_colour_ones():
    model, gray = network(0).eval(), torch.randn(2, 1, 8, 8)
    torch.testing.assert_close(model(gray), model(gray.expand(-1, 3, -1, -1)))


def test_output_is_the_classifier_of_the_features():
    model, images = network(0).eval(), torch.randn(2, 3, 8, 8)
    assert model.features(images).shape == (2, model.num_features)
    torch.testing.assert_close(model.classifier(model.features(images)), model(images))


def test_images_of_other_channels_are_refused():
    with pytest.raises(ConfigError, match=r"backbone \(x\): takes images of 3 channels, got 4\."):
        check_images("x", backbone(), 4, 8)


def test_images_that_are_too_small_are_refused():
    expected = Expected((0.0,) * 3, (1.0,) * 3, at_least=63)
    message = r"backbone \(x\): needs images of at least 63x63 pixels, got 8x8\. Set dataset\.image_size=63 or more\."
    with pytest.raises(ConfigError, match=message):
        check_images("x", backbone(expected), 3, 8)


def test_images_on_which_the_network_fails_are_refused():
    with pytest.raises(
        ConfigError, match=r"backbone \(x\): cannot take images of 4x4 pixels\. Set dataset\.image_size"
    ):
        check_images("x", backbone(), 3, 4)


def test_check_leaves_the_mode():
    model = backbone().train()
    check_images("x", model, 1, 8)
    assert model.training
