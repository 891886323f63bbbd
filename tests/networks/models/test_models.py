"""The contract of every model, over the table."""

import pytest
import torch
from torch import nn

from cnnlab.base.randomness import initialise
from cnnlab.networks.activations import ACTIVATIONS
from cnnlab.networks.models import MODELS
from cnnlab.networks.models.blocks import Classifier
from cnnlab.networks.normalizations import NORMALIZATIONS
from tests.host_traffic import CUDA, NoHostTraffic, fake_cuda


def build(name, num_classes=5, in_channels=3, image_size=18, normalization="batch", activation="relu", **options):
    torch.manual_seed(0)
    factory = MODELS[name]
    return factory(
        num_classes, in_channels, image_size, NORMALIZATIONS[normalization], ACTIVATIONS[activation], **options
    )


def num_parameters(module):
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize(("num_classes", "in_channels", "image_size"), [(10, 3, 32), (2, 1, 28), (5, 4, 17)])
@pytest.mark.parametrize("name", MODELS)
def test_model_gives_features_and_logits(name, num_classes, in_channels, image_size):
    model = build(name, num_classes, in_channels, image_size, width=0.25)
    images = torch.randn(2, in_channels, image_size, image_size)
    features = model.features(images)
    assert isinstance(model, Classifier)
    assert (features.shape, features.dtype) == ((2, model.num_features), torch.float32)
    assert model.classifier(features).shape == (2, num_classes)


@pytest.mark.parametrize("name", MODELS)
def test_model_is_its_classifier_on_its_features(name):
    model = build(name, width=0.25).eval()
    images = torch.randn(2, 3, 18, 18)
    assert torch.equal(model(images), model.classifier(model.features(images)))


@pytest.mark.parametrize(
    ("normalization", "activation"),
    [(normalization, "relu") for normalization in NORMALIZATIONS] + [("batch", name) for name in ACTIVATIONS],
)
@pytest.mark.parametrize("name", MODELS)
def test_every_parameter_that_learns_gets_a_finite_gradient(name, normalization, activation):
    model = build(name, normalization=normalization, activation=activation, width=0.125)
    model(torch.randn(4, 3, 18, 18)).square().sum().backward()
    learning = {key: p for key, p in model.named_parameters() if p.requires_grad}
    lacking = [key for key, p in learning.items() if p.grad is None or not p.grad.isfinite().all()]
    assert lacking == []


@pytest.mark.parametrize("name", MODELS)
def test_width_scales_the_model(name):
    with torch.device("meta"):  # no weights: some would take a gigabyte
        small, plain, large = (num_parameters(build(name, width=width)) for width in (0.5, 1.0, 2.0))
    assert small < plain < large


@pytest.mark.parametrize("name", MODELS)
def test_the_smallest_width_leaves_one_channel(name):
    assert build(name, width=1e-6, normalization="none")(torch.randn(2, 3, 18, 18)).shape == (2, 5)


@pytest.mark.parametrize("normalization", sorted(set(NORMALIZATIONS) - {"batch"}))
@pytest.mark.parametrize("name", MODELS)
def test_initial_weights_agree_between_normalizations(name, normalization):
    first, second = build(name, width=0.25), build(name, width=0.25, normalization=normalization)
    for model in (first, second):
        initialise(model, seed=3)
    second_modules = dict(second.named_modules())
    layers = {key: m for key, m in first.named_modules() if isinstance(m, nn.Conv2d | nn.Linear)}
    assert all(torch.equal(layer.weight, second_modules[key].weight) for key, layer in layers.items())


@pytest.mark.parametrize("name", MODELS)
def test_every_parameter_is_drawn_by_the_seed(name):
    first, second = build(name, width=0.25), build(name, width=0.25)
    for p in first.parameters():
        nn.init.constant_(p, 7.0)
    for model in (first, second):
        initialise(model, seed=3)
    assert all(torch.equal(p, q) for p, q in zip(first.parameters(), second.parameters()))


@pytest.mark.parametrize("name", MODELS)
def test_model_gives_the_same_in_channels_last(name):
    model, images = build(name, width=0.25).eval(), torch.randn(2, 3, 18, 18)
    expected = model(images)
    actual = model.to(memory_format=torch.channels_last)(images.to(memory_format=torch.channels_last))
    torch.testing.assert_close(actual, expected, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("name", MODELS)
def test_every_activation_is_a_module_of_its_own_and_used_once(name):
    model = build(name, width=0.25)
    activations = [m for m in model.modules() if isinstance(m, nn.ReLU)]
    calls = []
    for module in activations:
        module.register_forward_hook(lambda module, *_: calls.append(module))
    model(torch.randn(2, 3, 18, 18))
    assert sorted(map(id, calls)) == sorted(map(id, activations))


@pytest.mark.parametrize("name", MODELS)
def test_training_moves_nothing_between_host_and_device(name):
    with fake_cuda():
        with CUDA:
            model, images = build(name, width=0.1), torch.zeros(4, 3, 18, 18)
        with NoHostTraffic():
            model(images)
    loss = build(name, width=0.1)(torch.randn(4, 3, 18, 18)).square().mean()
    with NoHostTraffic():
        loss.backward()
