"""Stages of networks and the maps behind them. What is only counted has no weights: it lies on the meta device."""

import pytest
import torch
from torch import nn
from torchvision.models import get_model

from cnnlab.networks.activations import relu
from cnnlab.networks.models import MODELS
from cnnlab.networks.models.stages import feature_maps, stages_of
from cnnlab.networks.normalizations import batch
from cnnlab.networks.transfer.network import Backbone, Expected, TransferNetwork


def build(name, **options):
    torch.manual_seed(0)
    return MODELS[name](10, 3, 32, batch, relu, **options).eval()


def sizes(network, image_size=32):
    """Return name -> (C, H, W), or what the maps are where only one stage is asked for."""
    with torch.device("meta"):
        images = torch.zeros(1, 3, image_size, image_size)
    return {name: tuple(maps.shape[1:]) for name, maps in feature_maps(network.to("meta"), images)}


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("lenet", {}, {"conv1": (6, 28, 28), "conv2": (16, 10, 10)}),
        (
            "cnn6",
            {},
            {
                "conv1": (6, 30, 30),
                "conv2": (8, 13, 13),
                "conv3": (10, 13, 13),
                "conv4": (12, 13, 13),
                "conv5": (14, 13, 13),
                "conv6": (16, 13, 13),
            },
        ),
        ("plain_cnn", {"conv_layers": 2, "pools": 1}, {"conv1": (32, 32, 32), "conv2": (32, 32, 32)}),
        (
            "basenet",
            {"channels": (8, 16), "blocks": (2, 1), "pool_after": (1,)},
            {"stem": (8, 32, 32), "block1_1": (8, 32, 32), "block1_2": (8, 32, 32), "block2_1": (16, 16, 16)},
        ),
    ],
)
def test_stages_are_blocks_and_the_convolutions_outside_of_them(name, options, expected):
    assert sizes(build(name, **options)) == expected


def test_stages_of_a_resnet_are_its_stem_and_its_blocks():
    assert sizes(build("resnet18")) == {
        "conv1": (64, 32, 32),
        "layer1.0": (64, 32, 32),
        "layer1.1": (64, 32, 32),
        "layer2.0": (128, 16, 16),
        "layer2.1": (128, 16, 16),
        "layer3.0": (256, 8, 8),
        "layer3.1": (256, 8, 8),
        "layer4.0": (512, 4, 4),
        "layer4.1": (512, 4, 4),
    }


@pytest.mark.parametrize("name", MODELS)
def test_every_model_has_stages_of_different_names(name):
    found = feature_maps(build(name, width=0.1), torch.randn(1, 3, 32, 32))
    assert len(found) > 1
    assert len({stage for stage, _ in found}) == len(found)
    assert all(maps.isfinite().all() for _, maps in found)


def test_maps_are_those_behind_normalization_and_activation():
    network, images = build("lenet"), torch.randn(2, 3, 32, 32)
    (_, first), (_, second) = feature_maps(network, images)
    expected = network.act1(network.norm1(network.conv1(images)))
    assert torch.equal(first, expected)
    assert torch.equal(second, network.act2(network.norm2(network.conv2(network.pool1(expected)))))


def test_maps_of_the_last_block_are_what_the_features_are_made_of():
    network, images = build("resnet18", width=0.1), torch.randn(2, 3, 32, 32)
    _, maps = feature_maps(network, images)[-1]
    torch.testing.assert_close(maps.mean((2, 3)), network.features(images))


@pytest.mark.parametrize(
    ("name", "image_size", "expected"),
    [
        ("resnet18", 64, {"conv1": (64, 32, 32), "layer1.0": (64, 16, 16), "layer4.1": (512, 2, 2)}),
        ("vgg11", 64, {"features.0": (64, 64, 64), "features.18": (512, 4, 4)}),
        ("densenet121", 64, {"conv0": (64, 32, 32), "denseblock1": (256, 16, 16), "transition1": (128, 8, 8)}),
        ("efficientnet_b0", 64, {"features.0": (32, 32, 32), "features.2.1": (24, 16, 16)}),
        ("googlenet", 64, {"conv1": (64, 32, 32), "inception5b": (1024, 2, 2)}),
        ("vit_b_16", 224, {"conv_proj": (768, 14, 14)}),
    ],
)
def test_stages_of_a_backbone_are_found_by_the_same_rule(name, image_size, expected):
    options = {"aux_logits": False, "init_weights": False} if name == "googlenet" else {}
    with torch.device("meta"):
        net = get_model(name, **options)
    backbone = Backbone(net, 1000, expected=Expected((0, 0, 0), (1, 1, 1)), source="none")
    network = TransferNetwork(backbone, nn.Linear(1000, 2), trainable_layers=None).eval()
    found = sizes(network, image_size)
    assert expected.items() <= found.items()


def test_names_that_would_be_the_same_keep_their_beginnings():
    def branch():
        return nn.Sequential(nn.ModuleDict({"conv": nn.Conv2d(3, 3, 1)}), nn.ModuleDict({"conv": nn.Conv2d(3, 3, 1)}))

    network = nn.ModuleDict({"left": nn.Sequential(branch()), "right": nn.Sequential(branch())})
    assert list(stages_of(network).values()) == ["left.0.0", "left.0.1", "right.0.0", "right.0.1"]


def test_network_without_convolutions_has_no_stages():
    assert stages_of(nn.Sequential(nn.Flatten(), nn.Linear(12, 2))) == {}


def test_nothing_stays_hooked_to_the_network():
    network = build("lenet")
    feature_maps(network, torch.zeros(1, 3, 32, 32))
    assert not any(module._forward_hooks for module in network.modules())
