"""Residual networks: torchvision's are the reference."""

import math

import pytest
import torch
import torch.nn.functional as F
import torchvision
from torch import nn

from cnnlab.base.randomness import initialise
from cnnlab.networks.activations import relu
from cnnlab.networks.models.resnet import Projection, resnet18, resnet34, resnet50
from cnnlab.networks.normalizations import batch, group

NETWORKS = [
    ("resnet18", resnet18, 11_689_512),
    ("resnet34", resnet34, 21_797_672),
    ("resnet50", resnet50, 25_557_032),
]


def count(module):
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize(("name", "factory", "num_parameters"), NETWORKS)
def test_resnet_has_as_many_parameters_as_published(name, factory, num_parameters):
    assert count(factory(1000, 3, 224, batch, relu, stem="imagenet")) == num_parameters


def test_resnet18_for_cifar_has_11_million_parameters():
    assert count(resnet18(10, 3, 32, batch, relu)) == 11_173_962


@pytest.mark.parametrize(("name", "factory", "num_parameters"), NETWORKS)
def test_names_and_shapes_are_torchvisions_in_its_order(name, factory, num_parameters):
    reference = getattr(torchvision.models, name)(weights=None).state_dict()
    ours = factory(1000, 3, 224, batch, relu, stem="imagenet").state_dict()
    assert [(key, value.shape) for key, value in ours.items()] == [(key, v.shape) for key, v in reference.items()]


@pytest.mark.parametrize("is_training", [True, False])
@pytest.mark.parametrize(("name", "factory", "num_parameters"), NETWORKS)
def test_forward_is_torchvisions_with_its_weights(name, factory, num_parameters, is_training):
    torch.manual_seed(0)
    reference = getattr(torchvision.models, name)(weights=None).train(is_training).double()
    ours = factory(1000, 3, 32, batch, relu, stem="imagenet").train(is_training).double()
    ours.load_state_dict(reference.state_dict())
    images = torch.randn(2, 3, 32, 32, dtype=torch.double)
    torch.testing.assert_close(ours(images), reference(images), atol=1e-9, rtol=1e-9)


@pytest.mark.parametrize(("stem", "size"), [("cifar", 4), ("imagenet", 1)])
def test_stem_decides_the_size_of_the_last_stage(stem, size):
    model = resnet18(10, 3, 32, batch, relu, stem=stem, width=0.125)
    shapes = []
    model.layer4.register_forward_hook(lambda _module, _inputs, output: shapes.append(output.shape))
    model(torch.randn(2, 3, 32, 32))
    assert shapes == [(2, 64, size, size)]


def test_convolutions_are_drawn_with_he_fan_out_and_without_bias():
    model = resnet18(10, 3, 32, batch, relu)
    initialise(model, seed=0)
    convolutions = [m for m in model.modules() if isinstance(m, nn.Conv2d)]
    assert all(conv.bias is None for conv in convolutions)
    assert len(convolutions) == 20
    for conv in convolutions:
        deviation = math.sqrt(2 / (conv.out_channels * conv.kernel_size[0] ** 2))
        assert conv.weight.std().item() == pytest.approx(deviation, rel=0.05)


def test_width_scales_every_stage():
    model = resnet18(10, 3, 32, group, relu, width=0.25)
    stages = (model.layer1, model.layer2, model.layer3, model.layer4)
    assert [stage[-1].conv2.out_channels for stage in stages] == [16, 32, 64, 128]
    assert model.num_features == 128


def test_trainable_children_are_six_and_the_head():
    model = resnet18(10, 3, 32, batch, relu)
    names = [name for name, child in model.named_children() if count(child)]
    assert names == ["conv1", "bn1", "layer1", "layer2", "layer3", "layer4", "fc"]


def test_dropout_follows_every_activation_of_the_blocks_and_not_the_stem():
    net = resnet18(10, 3, 32, batch, relu, dropout=0.2)
    places = [name for name, module in net.named_modules() if isinstance(module, nn.Dropout)]
    assert len(places) == 16  # 8 blocks of two activations
    assert all(name.startswith("layer") for name in places)


@pytest.mark.parametrize(("size", "step"), [(8, 1), (8, 2), (9, 2), (7, 3)])
def test_projection_computes_what_a_strided_convolution_does(size, step):
    projection = Projection(3, 5, step=step).double()
    x = torch.randn(2, 3, size, size, dtype=torch.double)
    torch.testing.assert_close(projection(x), F.conv2d(x, projection.weight, stride=step), rtol=0, atol=1e-12)


def test_narrow_projection_survives_large_images_in_channels_last():
    x = torch.randn(128, 3, 64, 64).contiguous(memory_format=torch.channels_last).requires_grad_()
    Projection(3, 6, step=2).to(memory_format=torch.channels_last)(x).sum().backward()
    assert x.grad.isfinite().all()
