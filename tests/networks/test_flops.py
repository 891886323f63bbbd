"""Counting operations: what torch's own counter says, which is loaded here alone."""

import pytest
import timm
import torch
import torchvision
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from cnnlab.networks.activations import relu
from cnnlab.networks.flops import count_flops
from cnnlab.networks.models import MODELS
from cnnlab.networks.normalizations import batch


class Weighed(nn.Module):
    """A sum of products of matrices, as some attention has it."""

    def forward(self, x):
        return torch.baddbmm(x[:, 0], x[:, 1], x[:, 2])


PARTS = [
    nn.Conv2d(4, 6, 3, stride=2, padding=1, groups=2),
    nn.ConvTranspose2d(4, 6, 3, stride=2, groups=2),
    nn.Sequential(nn.Flatten(2), nn.Linear(64, 5, bias=False), nn.Flatten(), nn.Linear(20, 3)),
    Weighed(),
]


def counted_by_torch(model, images):
    counter = FlopCounterMode(display=False)
    with counter, torch.inference_mode():
        model.eval()(images)
    return counter.get_total_flops()


@pytest.mark.parametrize("name", MODELS)
def test_models_take_what_torch_counts(name):
    model, images = MODELS[name](10, 3, 32, batch, relu), torch.zeros(1, 3, 32, 32)
    assert count_flops(model, images) == counted_by_torch(model, images) > 0


@pytest.mark.parametrize("part", PARTS, ids=lambda part: type(part).__name__)
def test_parts_of_networks_take_what_torch_counts(part):
    images = torch.zeros(2, 4, 8, 8)
    assert count_flops(part, images) == counted_by_torch(part, images) > 0


@pytest.mark.parametrize("make", [lambda: timm.create_model("vit_tiny_patch16_224"), torchvision.models.swin_t])
def test_attention_takes_what_torch_counts_of_its_products(make):
    model, images = make(), torch.zeros(1, 3, 224, 224)
    with sdpa_kernel(SDPBackend.MATH):  # what torch takes on a CPU, it counts as nothing
        expected = counted_by_torch(model, images)
    assert count_flops(model, images) == expected > 0


def test_a_model_in_training_stays_there():
    model = nn.Conv2d(1, 4, 3).train()
    assert count_flops(model, torch.zeros(1, 1, 8, 8)) == 2 * 36 * 9 * 4
    assert model.training
