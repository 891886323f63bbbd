"""speednet: its first layer whitens what it has seen, its later ones begin as the identity."""

import pytest
import torch
from torch import nn

from cnnlab.base.errors import ConfigError
from cnnlab.base.randomness import initialise
from cnnlab.networks.activations import gelu, identity
from cnnlab.networks.models.speednet import DiracConv2d, Whitening, speednet
from cnnlab.networks.normalizations import batch, none


def images_of(count, channels=3, size=24):
    """Return images whose neighbouring pixels and channels are alike."""
    noise = torch.randn(count, 1, size, size, generator=torch.Generator().manual_seed(0))
    own = torch.randn(count, channels, size, size, generator=torch.Generator().manual_seed(1))
    return nn.functional.avg_pool2d(noise + 0.5 * own, 3, stride=1, padding=1)


def test_whitened_patches_have_unit_covariance_each_filter_beside_its_negative():
    layer, images = Whitening(3), images_of(700)
    layer.fit(images)
    with torch.no_grad():
        answers = nn.functional.conv2d(images, layer.weight).movedim(1, 3).flatten(0, 2).double()
    first, second = answers[:, :12], answers[:, 12:]
    covariance = first.T @ first / len(first)
    assert torch.equal(first, -second)
    off_diagonal = covariance - torch.diag(covariance.diagonal())
    assert float(off_diagonal.abs().max()) < 1e-3
    # v / (v + 5e-4) of a variance v: weak patterns are not blown up
    assert float(covariance.diagonal().min()) > 0.5
    assert float(covariance.diagonal().max()) == pytest.approx(1.0, abs=0.01)


def test_only_the_bias_of_the_first_layer_learns_and_no_factor_of_batch_normalization():
    model = speednet(10, 3, 32, batch, gelu)
    fixed = {name for name, p in model.named_parameters() if not p.requires_grad}
    factors = {f"stages.{stage}.{place}.weight" for stage in range(3) for place in (2, 5)}
    assert fixed == {"whitening.weight", *factors}


def test_first_filters_of_a_convolution_pass_their_channel_on():
    layer = DiracConv2d(3, 5, kernel_size=3, padding=1, bias=False)
    initialise(nn.Sequential(layer), 0)
    images = images_of(2)
    assert torch.allclose(layer(images)[:, :3], images, atol=1e-6)
    assert not torch.allclose(layer(images)[:, 3], images[:, 0], atol=1e-2)


def test_logits_are_a_ninth_of_the_last_layers():
    model = speednet(4, 1, 24, none, identity, width=0.1)
    features = torch.randn(2, model.num_features)
    assert torch.allclose(9 * model.classifier(features), model.fc(features), atol=1e-6)


def test_speednet_has_2_million_parameters():
    assert sum(p.numel() for p in speednet(10, 3, 32, batch, gelu).parameters()) == 1_972_792


def test_images_under_17_pixels_are_refused():
    with pytest.raises(ConfigError, match=r"^model \(speednet\): needs images of at least 17x17 pixels, got 16x16\."):
        speednet(10, 3, 16, batch, gelu)


def test_what_makes_it_quick_can_be_left_out_by_itself():
    plain = speednet(3, 3, 32, batch, gelu, width=0.25, whitening=False, identity=False)
    assert (plain.num_to_see, plain.whitening.weight.requires_grad) == (0, True)
    assert not any(isinstance(module, DiracConv2d) for module in plain.modules())
