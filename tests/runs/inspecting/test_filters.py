import pytest
import torch
from torch import nn

from cnnlab.runs.inspecting.filters import CHANNELS, MOST_STAGES, example_per_class, first_filters, stage_rows


def test_zero_is_middle_gray_and_the_largest_weight_of_a_filter_black_or_white():
    layer = nn.Conv2d(1, 2, 2)
    with torch.no_grad():
        layer.weight[:] = torch.tensor([[[[0.0, 2.0], [-1.0, 0.0]]], [[[0.0, -0.1], [0.0, 0.0]]]])
    found = first_filters(nn.Sequential(layer, nn.Conv2d(2, 2, 3)))
    assert (found.layer, found.number) == ("0", 2)
    assert found.tiles[0].tolist() == [[[128, 255], [64, 128]]]
    assert found.tiles[1].tolist() == [[[128, 0], [128, 128]]]


@pytest.mark.parametrize(
    ("network", "why"),
    [
        (nn.Linear(2, 2), "the network has no convolutions"),
        (nn.Sequential(nn.Conv2d(3, 8, 1)), "those of 0 are 1x1: they have no shape"),
        (nn.Sequential(nn.Conv2d(4, 8, 3)), "those of 0 see 4 channels, no image"),
    ],
)
def test_why_filters_cannot_be_looked_at_is_said(network, why):
    assert first_filters(network) == why


def test_rows_are_some_stages_evenly_over_the_depth_each_with_its_first_maps():
    network = nn.Sequential(*[nn.Conv2d(1 if n == 0 else 12, 12, 1) for n in range(9)]).eval()
    rows = stage_rows(network, torch.rand(1, 5, 5))
    assert len(rows) == MOST_STAGES
    assert (rows[0].stage, rows[-1].stage) == ("0", "8")
    assert rows[0].shape == (12, 5, 5)
    assert [tile.shape for tile in rows[0].tiles] == [(1, 5, 5)] * CHANNELS


def test_network_without_convolutions_has_no_stages():
    assert stage_rows(nn.Sequential(nn.Flatten(), nn.Linear(4, 2)), torch.rand(1, 2, 2)) == []


def test_first_image_of_each_class_is_taken():
    assert example_per_class([3, 1, 3, 0, 1], 2) == [3, 1]
