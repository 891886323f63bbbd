import numpy as np
import pytest
import torch
from torch import nn

from cnnlab.base.errors import ConfigError
from cnnlab.building.parts import ImageSpec
from cnnlab.building.saved_network import SavedNetwork, load_network
from cnnlab.data.image_normalization import Normalization
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.predicting import feature_pictures
from cnnlab.runs.predicting.classification import Picture
from cnnlab.runs.predicting.feature_pictures import Artist
from cnnlab.runs.run import execute
from tests.conftest import tiny_transfer

CPU = torch.device("cpu")
IMAGES = ImageSpec(("a", "b"), 3, 4, Normalization((0.5,) * 3, (0.2,) * 3), resize=6)


@pytest.fixture
def plotted(monkeypatch):
    """What the plot is asked to draw: (run, image, stages) of each picture."""
    calls = []
    plot = feature_pictures.plot
    monkeypatch.setattr(feature_pictures, "plot", lambda *args, **kw: (calls.append(args), plot(*args, **kw))[1])
    return calls


def test_the_image_is_drawn_as_the_network_sees_it_cut_but_not_normalized(tmp_path, plotted):
    trained = SavedNetwork(nn.Sequential(nn.Conv2d(3, 2, 1)), IMAGES, "probabilities")
    pixels = np.random.default_rng(0).integers(0, 256, (3, 6, 6), dtype=np.uint8)
    artist = Artist(tmp_path / "maps", RunFolder(tmp_path / "cnn6-s0"), trained, CPU)
    artist.draw(Picture("a.png", "a.png", "a", pixels), "a")
    ((_, image, [(_, maps)]),) = plotted
    np.testing.assert_array_equal(image, pixels[:, 1:5, 1:5])
    assert maps.shape == (2, 4, 4)
    assert (tmp_path / "maps" / "a.png").read_bytes().startswith(b"\x89PNG")


def test_a_frozen_backbone_under_a_solved_head_is_what_is_drawn(in_empty_folder, plotted):
    config = tiny_transfer("head=svm")
    outcome = execute(config)
    artist = Artist(in_empty_folder / "maps", outcome.folder, load_network(outcome.folder, config), CPU)
    artist.draw(Picture("a", "a", "a", np.zeros((3, 32, 32), np.uint8)), "a")
    names = [name for name, _ in plotted[0][2]]
    assert (names[0], names[1], names[-1]) == ("conv1", "stage2.0", "conv5")


def test_network_without_convolutions_is_refused(tmp_path):
    trained = SavedNetwork(nn.Linear(3, 2), IMAGES, "probabilities")
    with pytest.raises(ConfigError, match=r"^--features: the network of cnn6-s0 has no convolutions, so no feature m"):
        Artist(tmp_path, RunFolder(tmp_path / "cnn6-s0"), trained, CPU)
