"""Answers over several views of an image."""

import pytest
import torch
from torch import nn

from cnnlab.networks.views import Views


class Seen(nn.Module):
    """Answers with one pixel of an image."""

    def __init__(self, row, column):
        super().__init__()
        self.row, self.column = row, column

    def forward(self, images):
        return images[:, :, self.row, self.column]


IMAGE = torch.arange(16.0).view(1, 1, 4, 4)


def test_flip_averages_an_image_and_its_mirror_image():
    assert float(Views(Seen(1, 0), "flip")(IMAGE)) == (4 + 7) / 2


def test_crops_move_both_by_a_pixel_and_weigh_as_much_as_the_two_that_are_not_moved():
    still = (IMAGE[0, 0, 1, 1] + IMAGE[0, 0, 1, 2]) / 2
    up_left = (IMAGE[0, 0, 0, 0] + IMAGE[0, 0, 0, 1]) / 2
    down_right = (IMAGE[0, 0, 2, 2] + IMAGE[0, 0, 2, 3]) / 2
    assert float(Views(Seen(1, 1), "crops")(IMAGE)) == pytest.approx(float(still / 2 + up_left / 4 + down_right / 4))


def test_views_at_the_border_are_mirrored_there():
    assert torch.isfinite(Views(Seen(0, 0), "crops")(IMAGE)).all()
