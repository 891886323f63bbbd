"""Normalizations: the contract of the table, then exact values."""

import pytest
import torch
from torch import nn

from cnnlab.networks.normalizations import NORMALIZATIONS, batch, dropout, group, instance, layer, none
from tests.host_traffic import CUDA, NoHostTraffic, fake_cuda

SHAPES = [((4, 6, 3, 3), 2), ((4, 6), 0)]


@pytest.mark.parametrize("is_training", [True, False])
@pytest.mark.parametrize(("shape", "spatial_dims"), SHAPES)
@pytest.mark.parametrize("name", NORMALIZATIONS)
def test_normalization_keeps_shape_and_dtype(name, shape, spatial_dims, is_training):
    y = NORMALIZATIONS[name](6, spatial_dims).train(is_training)(torch.randn(shape))
    assert (y.shape, y.dtype) == (shape, torch.float32)


@pytest.mark.parametrize("is_training", [True, False])
@pytest.mark.parametrize(("shape", "spatial_dims"), SHAPES)
@pytest.mark.parametrize("name", NORMALIZATIONS)
def test_normalization_moves_nothing_between_host_and_device(name, shape, spatial_dims, is_training):
    with fake_cuda():
        with CUDA:
            norm, x = NORMALIZATIONS[name](6, spatial_dims).train(is_training), torch.zeros(shape)
        with NoHostTraffic():
            norm(x)
    y = NORMALIZATIONS[name](6, spatial_dims).train(is_training)(torch.randn(shape, requires_grad=True))
    with NoHostTraffic():
        y.sum().backward()


@pytest.mark.parametrize("spatial_dims", [2, 0])
@pytest.mark.parametrize(
    ("name", "num_parameters"),
    [("none", 0), ("batch", 12), ("dropout", 0), ("layer", 12), ("group", 12), ("instance", 12)],
)
def test_normalization_has_a_weight_and_a_bias_per_feature_or_nothing(name, spatial_dims, num_parameters):
    assert sum(p.numel() for p in NORMALIZATIONS[name](6, spatial_dims).parameters()) == num_parameters


@pytest.mark.parametrize("spatial_dims", [2, 0])
@pytest.mark.parametrize("name", NORMALIZATIONS)
def test_normalization_needs_no_batch_in_evaluation(name, spatial_dims):
    x = torch.randn((2, 6, 3, 3) if spatial_dims else (2, 6))
    norm = NORMALIZATIONS[name](6, spatial_dims).eval()
    torch.testing.assert_close(norm(x)[:1], norm(x[:1]), atol=1e-6, rtol=0)


@pytest.mark.parametrize(("shape", "spatial_dims"), SHAPES)
def test_none_returns_its_input(shape, spatial_dims):
    x = torch.randn(shape)
    assert none(6, spatial_dims)(x) is x


def test_batch_takes_mean_and_variance_per_feature_over_the_batch():
    y = batch(2, 0, eps=1e-12)(torch.tensor([[1.0, 10.0], [3.0, 30.0]]))
    torch.testing.assert_close(y, torch.tensor([[-1.0, -1.0], [1.0, 1.0]]))


def test_batch_moves_its_running_mean_by_momentum():
    norm = batch(1, 0, momentum=0.25)
    norm(torch.tensor([[3.0], [5.0]]))
    assert norm.running_mean.item() == pytest.approx(0.25 * 4.0)


@pytest.mark.parametrize(("shape", "spatial_dims", "axes"), [((4, 6, 3, 3), 2, (1, 2, 3)), ((4, 6), 0, (1,))])
def test_layer_has_mean_0_and_variance_1_per_image(shape, spatial_dims, axes):
    y = layer(6, spatial_dims, eps=1e-12)(5 + 3 * torch.randn(shape))
    torch.testing.assert_close(y.mean(axes), torch.zeros(4), atol=1e-5, rtol=0)
    torch.testing.assert_close(y.var(axes, correction=0), torch.ones(4), atol=1e-4, rtol=0)


def test_instance_has_mean_0_and_variance_1_per_image_and_channel():
    y = instance(6, 2, eps=1e-12)(5 + 3 * torch.randn(4, 6, 3, 3))
    torch.testing.assert_close(y.mean((2, 3)), torch.zeros(4, 6), atol=1e-5, rtol=0)
    torch.testing.assert_close(y.var((2, 3), correction=0), torch.ones(4, 6), atol=1e-4, rtol=0)


def test_instance_of_features_is_layer():
    x = torch.randn(4, 6)
    assert torch.equal(instance(6, 0)(x), layer(6, 0)(x))


def test_group_takes_mean_and_variance_per_group_of_channels():
    y = group(4, 2, groups=2, eps=1e-12)(torch.tensor([1.0, 3.0, 10.0, 30.0]).reshape(1, 4, 1, 1))
    torch.testing.assert_close(y.flatten(), torch.tensor([-1.0, 1.0, -1.0, 1.0]))


@pytest.mark.parametrize(
    ("num_features", "spatial_dims", "groups", "num_groups"),
    [
        (64, 2, 8, 8),
        (14, 2, 8, 7),
        (13, 2, 8, 1),
        (6, 2, 8, 6),
        (512, 0, 8, 8),
        (14, 0, 8, 7),
        (8, 0, 8, 4),  # eight groups of a single value each would be 0 throughout
        (7, 0, 8, 1),
        (1, 0, 8, 1),
    ],
)
def test_group_takes_the_largest_divisor_up_to_groups(num_features, spatial_dims, groups, num_groups):
    assert group(num_features, spatial_dims, groups=groups).num_groups == num_groups


def test_dropout_drops_whole_channels_and_scales_the_rest():
    torch.manual_seed(0)
    y = dropout(100, 2, p=0.2)(torch.ones(10, 100, 2, 2))
    assert torch.equal(y, y[:, :, :1, :1].expand_as(y))
    assert set(y.unique().tolist()) == {0.0, 1.25}  # 1 / (1 - p)
    assert (y == 0).float().mean().item() == pytest.approx(0.2, abs=0.05)


def test_dropout_drops_single_features():
    torch.manual_seed(0)
    y = dropout(1000, 0, p=0.5)(torch.ones(2, 1000))
    assert (y == 0).float().mean().item() == pytest.approx(0.5, abs=0.05)
    assert not torch.equal(y[0], y[1])


@pytest.mark.parametrize("spatial_dims", [2, 0])
def test_dropout_does_nothing_in_evaluation(spatial_dims):
    x = torch.randn((2, 6, 3, 3) if spatial_dims else (2, 6))
    torch.testing.assert_close(dropout(6, spatial_dims).eval()(x), x, atol=0, rtol=0)


@pytest.mark.parametrize(
    ("name", "spatial_dims", "kind"),
    [
        ("batch", 2, nn.BatchNorm2d),
        ("batch", 0, nn.BatchNorm1d),
        ("dropout", 2, nn.Dropout2d),
        ("dropout", 0, nn.Dropout),
        ("layer", 2, nn.GroupNorm),
        ("layer", 0, nn.LayerNorm),
    ],
)
def test_normalization_is_torchs_module_or_one_of_its_kind(name, spatial_dims, kind):
    assert isinstance(NORMALIZATIONS[name](4, spatial_dims), kind)
