"""basenet: the report's network, by hand, and the switches of its ablation."""

import pytest
import torch
from torch import nn

from cnnlab.base.errors import ConfigError
from cnnlab.networks.activations import relu
from cnnlab.networks.models.basenet import BlockOptions, ResBlock, basenet
from cnnlab.networks.normalizations import batch, none

CONVOLUTIONS = (3 * 9 + 1) * 64 + sum(
    (num_in * 9 + 1) * num_out + (2 * depth - 1) * (num_out * 9 + 1) * num_out  # two a block; the first one widens
    for num_in, num_out, depth in ((64, 64, 3), (64, 128, 4), (128, 256, 6), (256, 512, 3))
)
PROJECTIONS = sum((num_in + 1) * num_out for num_in, num_out in ((64, 128), (128, 256), (256, 512)))
NORMS = 2 * (64 + 6 * 64 + 8 * 128 + 12 * 256 + 6 * 512)  # a weight and a bias per channel
LINEARS = (512 * 16 * 16 + 1) * 50 + (50 + 1) * 100 + 2 * 100  # the last normalization has 100 features


def count(module):
    return sum(p.numel() for p in module.parameters())


def options(**changes):
    plain = {"place": "before_activation", "convs_per_block": 2, "residual": True, "residual_scale": 1.0}
    return BlockOptions(none, relu, **{**plain, **changes})


def small(**changes):
    return basenet(5, 3, 16, batch, relu, width=0.05, **changes)


def kinds(module):
    return [type(m).__name__ for m in module.modules() if not list(m.children())]


def test_reports_network_has_27_842_662_parameters():
    # 21,095,552 in 33 convolutions 3x3, 172,928 in 3 projections, 15,232 behind convolutions, 6,558,950 in the rest
    with torch.device("meta"):
        model = basenet(100, 3, 32, batch, relu)
    assert count(model) == CONVOLUTIONS + PROJECTIONS + NORMS + LINEARS == 27_842_662


def test_reports_network_has_its_stages_at_full_size_and_one_pool():
    model = basenet(100, 3, 32, batch, relu, width=0.02)
    names = [name for name, _ in model.stages.named_children()]
    assert [sum(name.startswith(f"block{i}_") for name in names) for i in (1, 2, 3, 4)] == [3, 4, 6, 3]
    assert names[-1] == "pool4"
    shapes = []
    for block in model.stages:
        block.register_forward_hook(lambda _module, _inputs, y: shapes.append(y.shape[-1]))
    model(torch.randn(2, 3, 32, 32))
    assert shapes == [32] * 16 + [16]


def test_width_leaves_the_first_linear_layer_as_it_is():
    assert small().fc1.out_features == small().num_features == 50


def test_convolution_is_followed_by_normalization_then_activation():
    assert kinds(small().stem) == ["Conv2d", "BatchNorm2d", "ReLU"]
    assert kinds(small(normalization_place="after_activation").stem) == ["Conv2d", "ReLU", "BatchNorm2d"]


def test_block_adds_its_input_to_the_scaled_output():
    block, x = ResBlock(4, 4, options(residual_scale=0.1)), torch.randn(2, 4, 5, 5)
    torch.testing.assert_close(block(x), 0.1 * block.layers(x) + x)


def test_block_that_widens_projects_its_input():
    block, x = ResBlock(4, 6, options()), torch.randn(2, 4, 5, 5)
    assert block.shortcut.weight.shape == (6, 4, 1, 1)
    torch.testing.assert_close(block(x), block.layers(x) + block.shortcut(x))


def test_block_without_residual_is_its_layers():
    block, x = ResBlock(4, 6, options(residual=False)), torch.randn(2, 4, 5, 5)
    assert torch.equal(block(x), block.layers(x))
    assert count(block) == count(block.layers)


@pytest.mark.parametrize("convs_per_block", [1, 2, 3])
def test_blocks_have_as_many_convolutions_as_asked_for(convs_per_block):
    model = small(blocks=(1, 1), channels=(64, 128), pool_after=(), convs_per_block=convs_per_block, residual=False)
    assert kinds(model.stages).count("Conv2d") == 2 * convs_per_block


def test_network_of_the_ablations_start_can_be_built():
    model = small(channels=(64,) * 5, blocks=(1,) * 5, convs_per_block=1, residual=False, pool_after=(2, 4))
    names = [name for name, _ in model.stages.named_children()]
    assert names == ["block1_1", "block2_1", "pool2", "block3_1", "block4_1", "pool4", "block5_1"]
    assert model(torch.randn(2, 3, 16, 16)).shape == (2, 5)


@pytest.mark.parametrize(("hidden", "logits"), [(False, True), (True, False)])
def test_linear_layers_are_normalized_where_asked_for(hidden, logits):
    model = small(normalize_hidden=hidden, normalize_logits=logits)
    assert isinstance(model.norm1, nn.BatchNorm1d) is hidden
    assert isinstance(model.norm2, nn.BatchNorm1d) is logits


def test_blocks_and_channels_that_do_not_agree_are_refused():
    with pytest.raises(
        ConfigError, match=r"^model\.blocks: must be one for each of model\.channels \(4\), got \[1, 1\]\.$"
    ):
        small(blocks=(1, 1))


def test_pool_after_a_stage_that_is_not_there_is_refused():
    with pytest.raises(ConfigError, match=r"^model\.pool_after: must be <= 4, the stages, got \[5\]\.$"):
        small(pool_after=(5,))


def test_images_that_the_pools_shrink_to_nothing_are_refused():
    with pytest.raises(ConfigError, match=r"^model \(basenet\): needs images of at least 16x16 pixels, got 8x8\."):
        basenet(5, 3, 8, batch, relu, pool_after=(1, 2, 3, 4))
