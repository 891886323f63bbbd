"""A network that prepares images itself."""

import pytest
import torch

from cnnlab.building.image_network import ImageNetwork
from cnnlab.building.saved_network import load_network
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.run import execute
from tests.conftest import tiny


@pytest.fixture
def saved(in_empty_folder):
    config = tiny("epochs=1")
    return load_network(RunFolder(execute(config).folder.path), config)


def test_bytes_and_shares_are_answered_alike_and_as_the_network_answers_them(saved):
    model = ImageNetwork(saved).eval()
    assert (model.channels, model.size, len(model.classes)) == (3, 8, 3)
    pixels = torch.arange(2 * 3 * 8 * 8, dtype=torch.uint8).reshape(2, 3, 8, 8)
    shares = pixels.float() / 255
    with torch.no_grad():
        expected = saved.network(saved.images.prepare(pixels))
        torch.testing.assert_close(model(pixels), expected, rtol=0, atol=0)
        torch.testing.assert_close(model(shares), expected, rtol=1e-4, atol=1e-5)
    assert shares.max() <= 1  # what was given is left as it was
