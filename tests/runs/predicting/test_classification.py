"""Images of several kinds in one go; the rest is tested through `cnnlab predict`."""

import numpy as np
import pytest
import torch
from torch import nn

from cnnlab.building.parts import ImageSpec
from cnnlab.building.saved_network import SavedNetwork
from cnnlab.data.image_normalization import Normalization
from cnnlab.runs.predicting.classification import Picture, Unreadable, classify, pick_test_images
from tests.conftest import tiny

CPU = torch.device("cpu")


class Brightness(nn.Module):
    """Logits (N, 2): minus the mean, the mean."""

    def forward(self, images):
        mean = images.mean((1, 2, 3))
        return torch.stack([-mean, mean], 1)


@pytest.fixture
def trained():
    images = ImageSpec(("dark", "bright"), 1, 2, Normalization((0.5,), (1.0,)))
    return SavedNetwork(Brightness(), images, "probabilities")


def test_answers_come_in_the_order_of_the_pictures_over_the_borders_of_batches(trained):
    def picture(i):
        return Picture(str(i), str(i), str(i), np.full((1, 2, 2), 255 * (i % 2), np.uint8))

    pictures = [Unreadable(str(i), "broken") if i in (0, 64, 65) else picture(i) for i in range(130)]
    answers = list(classify(iter(pictures), trained, CPU))
    assert [a.name if isinstance(a, Unreadable) else a[0].name for a in answers] == [str(i) for i in range(130)]
    assert all(a[1].argmax() == i % 2 for i, a in enumerate(answers) if not isinstance(a, Unreadable))


def test_nothing_but_unreadable_files_is_passed_on(trained):
    assert list(classify([Unreadable("a", "broken")], trained, CPU)) == [Unreadable("a", "broken")]


def test_of_many_classes_the_first_ten_have_a_test_image(trained, in_empty_folder):
    config = tiny("dataset.num_classes=12", "dataset.num_images=240")
    pictures = pick_test_images(config, trained)
    assert len(pictures) == len({picture.id for picture in pictures}) == 10
    assert pictures[0].pixels.shape[1:] == (8, 8)
    assert pictures[0].title == f"test image {pictures[0].id.removeprefix('test-')} (0)"
