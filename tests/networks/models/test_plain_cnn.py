"""plain_cnn: its layers, by hand."""

import itertools

import pytest
import torch
import yaml
from torch import nn

from cnnlab.base.errors import ConfigError
from cnnlab.networks.activations import relu
from cnnlab.networks.models.plain_cnn import plain_cnn
from cnnlab.networks.normalizations import batch, none
from tests.conftest import CONF, composed


def convolutions_of(model):
    return [m for m in model.modules() if isinstance(m, nn.Conv2d)]


def linears_of(model):
    return [(m.in_features, m.out_features) for m in model.modules() if isinstance(m, nn.Linear)]


def test_default_network_has_these_layers():
    model = plain_cnn(10, 3, 32, batch, relu)
    assert list(dict(model.convolutions.named_children())) == [
        "conv1", "norm1", "act1",
        "conv2", "norm2", "act2", "pool2",
        "conv3", "norm3", "act3",
        "conv4", "norm4", "act4", "pool4",
    ]  # fmt: skip
    assert list(dict(model.hidden.named_children())) == ["fc1", "norm1", "act1"]
    assert [conv.out_channels for conv in convolutions_of(model)] == [32, 32, 64, 64]
    assert linears_of(model) == [(64 * 8 * 8, 128), (128, 10)]


def test_default_network_has_589_thousand_parameters():
    convolutions = (3 * 9 + 1) * 32 + (32 * 9 + 1) * 32 + (32 * 9 + 1) * 64 + (64 * 9 + 1) * 64
    linear = (64 * 8 * 8 + 1) * 128 + (128 + 1) * 10
    norms = 2 * (32 + 32 + 64 + 64 + 128)
    assert sum(p.numel() for p in plain_cnn(10, 3, 32, batch, relu).parameters()) == convolutions + linear + norms


@pytest.mark.parametrize(
    ("conv_layers", "pools", "pool_after"),
    [(4, 2, [2, 4]), (5, 2, [2, 5]), (5, 3, [1, 3, 5]), (7, 2, [3, 7]), (3, 3, [1, 2, 3]), (1, 1, [1]), (3, 0, [])],
)
def test_pools_are_spread_evenly_over_the_convolutions(conv_layers, pools, pool_after):
    model = plain_cnn(10, 3, 32, batch, relu, conv_layers=conv_layers, pools=pools)
    names = [name for name, _ in model.convolutions.named_children() if name.startswith("pool")]
    assert names == [f"pool{i}" for i in pool_after]


def test_channels_grow_after_each_pool():
    model = plain_cnn(10, 3, 32, batch, relu, conv_layers=6, pools=3, channels=10, growth=1.5)
    assert [conv.out_channels for conv in convolutions_of(model)] == [10, 10, 15, 15, 22, 22]  # 22.5 rounds to even


def test_width_scales_channels_and_hidden_units():
    model = plain_cnn(10, 3, 32, batch, relu, width=0.5)
    assert [conv.out_channels for conv in convolutions_of(model)] == [16, 16, 32, 32]
    assert linears_of(model) == [(32 * 8 * 8, 64), (64, 10)]


def test_one_linear_layer_is_the_classifier_on_the_flattened_image():
    model = plain_cnn(10, 3, 32, batch, relu, linear_layers=1)
    assert linears_of(model) == [(64 * 8 * 8, 10)]
    assert model.num_features == 64 * 8 * 8


def test_linear_layers_count_the_classifier():
    assert linears_of(plain_cnn(10, 3, 8, none, relu, linear_layers=3, hidden=7)) == [(64 * 4, 7), (7, 7), (7, 10)]


def test_odd_image_sizes_are_rounded_down_by_each_pool():
    assert plain_cnn(10, 3, 15, batch, relu)(torch.randn(2, 3, 15, 15)).shape == (2, 10)


def test_more_pools_than_convolutions_are_refused():
    with pytest.raises(ConfigError, match=r"^model\.pools: must be <= model\.conv_layers \(2\), got 3\.$"):
        plain_cnn(10, 3, 32, batch, relu, conv_layers=2, pools=3)


def test_images_that_the_pools_shrink_to_nothing_are_refused():
    with pytest.raises(ConfigError, match=r"^model \(plain_cnn\): needs images of at least 16x16 pixels, got 8x8\."):
        plain_cnn(10, 3, 8, batch, relu, pools=4)


@pytest.mark.parametrize(("preset", "num_parameters"), [("vgg11", 9_231_114), ("vgg16", 14_728_266)])
def test_vgg_for_cifar_has_as_many_parameters_as_is_usual(preset, num_parameters):
    options = yaml.safe_load((CONF / "model" / f"{preset}.yaml").read_text())
    assert options.pop("name") == "plain_cnn"
    assert sum(p.numel() for p in plain_cnn(10, 3, 32, batch, relu, **options).parameters()) == num_parameters


def test_stages_say_how_many_convolutions_each_pool_follows():
    model = plain_cnn(10, 3, 32, batch, relu, conv_layers=5, pools=3, stages=(1, 3, 1), channels=8, max_channels=16)
    names = [name for name, _ in model.convolutions.named_children() if name.startswith("pool")]
    assert names == ["pool1", "pool4", "pool5"]
    assert [conv.out_channels for conv in convolutions_of(model)] == [8, 16, 16, 16, 16]


@pytest.mark.parametrize("stages", [(2, 1), (2, 2, 0), (4,)])
def test_stages_that_do_not_add_up_are_refused(stages):
    message = r"^model\.stages: must be model\.pools \(2\) numbers that add up to model\.conv_layers \(4\), got \["
    with pytest.raises(ConfigError, match=message):
        plain_cnn(10, 3, 32, batch, relu, stages=stages)


def test_a_list_gives_the_channels_of_each_convolution_and_width_scales_them():
    model = plain_cnn(10, 3, 32, batch, relu, channels=(10, 30, 20, 5), width=0.5)
    assert [conv.out_channels for conv in convolutions_of(model)] == [5, 15, 10, 2]  # 2.5 rounds to even


def test_a_list_gives_the_units_of_each_hidden_layer_and_width_scales_them():
    model = plain_cnn(10, 3, 8, batch, relu, linear_layers=3, hidden=(100, 200), width=0.5)
    assert linears_of(model) == [(32 * 4, 50), (50, 100), (100, 10)]


def test_the_final_network_of_the_study_has_its_layers():
    options = composed("experiment=final_network")["model"]
    options.pop("name")
    with torch.device("meta"):  # 18 million weights
        model = plain_cnn(10, 3, 32, batch, relu, **options)
    widths = [3, 100, 200, 300, 400, 500, 600, 700]
    convolutions = sum((9 * num_in + 1) * num_out for num_in, num_out in itertools.pairwise(widths))
    linear = (700 * 8 * 8 + 1) * 100 + (100 + 1) * 200 + (200 + 1) * 10
    norms = 2 * (sum(widths[1:]) + 100 + 200)
    assert [name for name, _ in model.convolutions.named_children() if name.startswith("pool")] == ["pool2", "pool7"]
    assert sum(p.numel() for p in model.parameters()) == convolutions + linear + norms


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"channels": (8, 16)}, r"^model\.channels: a list must .* model\.conv_layers \(4\), got 2: \[8, 16\]\.$"),
        ({"hidden": (8, 16)}, r"^model\.hidden: a list must .* model\.linear_layers - 1 \(1\), got 2: \[8, 16\]\.$"),
        (
            {"channels": (8, 8, 8, 8), "growth": 1.5},
            r"^model\.growth: has no effect where model\.channels is a list, got 1\.5\. Leave it out\.$",
        ),
        (
            {"channels": (8, 8, 8, 8), "max_channels": 512},
            r"^model\.max_channels: has no effect where .* is a list, got 512\. Set model\.max_channels=null\.$",
        ),
    ],
)
def test_lists_that_do_not_fit_the_other_options_are_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        plain_cnn(10, 3, 32, batch, relu, **options)
