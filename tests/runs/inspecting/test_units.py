import pytest
import torch
from torch import nn

from cnnlab.runs.inspecting.units import FLAT, counting, never_flat


def counted(network, *passes):
    with counting(network) as tally:
        for images in passes:
            tally.begin_pass()
            network(images)
    return tally.layers()


def test_unit_that_is_zero_everywhere_is_stuck_and_zeros_of_others_count_as_values():
    maps = torch.ones(2, 3, 2, 2)
    maps[:, 0] = -1
    maps[0, 1] = -1
    (layer,) = counted(nn.Sequential(nn.ReLU()), maps)
    assert (layer.name, layer.activation, layer.units, layer.stuck) == ("0", "relu", 3, 1)
    assert layer.share == pytest.approx(12 / 24)


def test_one_value_of_another_pass_makes_a_unit_alive():
    (layer,) = counted(nn.Sequential(nn.ReLU()), torch.full((4, 2), -1.0), torch.tensor([[-1.0, 1.0]]))
    assert (layer.units, layer.stuck) == (2, 1)


@pytest.mark.parametrize(
    ("activation", "still", "moving"),
    [
        (nn.ReLU(), [-1.0, -0.0], [0.1, 9.0]),
        (nn.ReLU6(), [-1.0, 6.0, 9.0], [0.1, 5.9]),
        (nn.Hardswish(), [-3.0, -9.0], [-2.9, 0.1]),
        (nn.Tanh(), [-1.9, 1.9], [-1.8, 1.8]),
        (nn.Sigmoid(), [-3.0, 3.0], [-2.9, 2.9]),
    ],
)
def test_value_stands_still_where_the_activation_is_flat(activation, still, moving):
    (layer,) = counted(nn.Sequential(activation), torch.tensor([still + moving]))
    assert (layer.units, layer.stuck) == (len(still + moving), len(still))


def test_channels_of_tokens_are_their_last_dimension():
    tokens = torch.ones(2, 5, 3)
    tokens[..., 2] = -1
    (layer,) = counted(nn.Sequential(nn.ReLU()), tokens)
    assert (layer.units, layer.stuck) == (3, 1)


def test_activation_that_is_used_twice_has_a_line_for_each_time():
    activation = nn.Tanh()
    names = [
        layer.name for layer in counted(nn.Sequential(activation, nn.Identity(), activation), *[torch.ones(1, 2)] * 3)
    ]
    assert names == ["0", "0 (2)"]


def test_hooks_are_gone_afterwards():
    network = nn.Sequential(nn.ReLU())
    with counting(network) as tally:
        pass
    network(torch.ones(1, 2))
    assert tally.layers() == []


def test_activations_that_are_nowhere_flat_are_named():
    assert never_flat(nn.Sequential(nn.GELU(), nn.ReLU(), nn.SiLU(), nn.GELU())) == ["gelu", "silu"]
    assert FLAT.keys().isdisjoint((nn.GELU, nn.SiLU))
