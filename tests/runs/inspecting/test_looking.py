import numpy as np
import pytest
import torch

from cnnlab.building.parts import ImageSpec
from cnnlab.building.saved_network import SavedNetwork
from cnnlab.data.image_normalization import Normalization
from cnnlab.data.stores import Split, Store
from cnnlab.networks.models.blocks import Classifier
from cnnlab.networks.scores import PROBABILITIES
from cnnlab.runs.inspecting.looking import look, spread_over
from tests.conftest import RUNTIME


class Halves(Classifier):
    """Means of the left and the right half, and their difference."""

    num_features = 2

    def __init__(self):
        super().__init__()
        self.act = torch.nn.ReLU()

    def features(self, x):
        return self.act(torch.stack((x[..., :2].mean((1, 2, 3)), x[..., 2:].mean((1, 2, 3))), 1))

    def classifier(self, features):
        return features.flip(1) - features


@pytest.fixture
def trained():
    images = ImageSpec(("left", "right"), 1, 4, Normalization((0.0,), (1.0,)))
    return SavedNetwork(Halves().eval(), images, PROBABILITIES)


@pytest.fixture
def split():
    pixels = torch.zeros(10, 1, 4, 4, dtype=torch.uint8)
    pixels[::2, ..., :2] = 255
    pixels[1::2, ..., 2:] = 255
    return Split(Store("all", pixels), torch.tensor([0, 1, 0, 1, 0]), torch.tensor([9, 8, 7, 6, 5]))


def test_images_are_answered_in_the_order_of_their_split(trained, split):
    told = []
    found = look("test", split, None, trained, RUNTIME, most=100, tell=lambda *done: told.append(done))
    assert found.places.tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_allclose(found.features, [[0, 1], [1, 0], [0, 1], [1, 0], [0, 1]])
    np.testing.assert_allclose(found.outputs[0], [1, -1])
    assert found.targets.tolist() == [0, 1, 0, 1, 0]
    assert told == [(0, 5)]
    assert torch.equal(found.image(1), split.images[8])
    assert (found.units[0].name, found.units[0].stuck) == ("act", 0)


def test_of_many_images_some_are_shown_evenly_over_the_split(trained, split):
    found = look("test", split, tuple("abcde"), trained, RUNTIME, most=2, tell=lambda *_: None)
    assert found.places.tolist() == [0, 2]
    assert (found.called(0), found.called(2)) == ("a", "c")
    assert found.outputs.shape == (2, 2)


def test_image_that_is_no_file_is_called_by_its_place(trained, split):
    found = look("validation", split, None, trained, RUNTIME, most=9, tell=lambda *_: None)
    assert found.called(3) == "validation image 3"


@pytest.mark.parametrize(("number", "most", "places"), [(4, 9, [0, 1, 2, 3]), (10, 4, [0, 2, 5, 7]), (3, 3, [0, 1, 2])])
def test_positions_are_spread_evenly(number, most, places):
    assert spread_over(number, most).tolist() == places
