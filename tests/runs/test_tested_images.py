import torch

from cnnlab.building.saved_network import load_network
from cnnlab.runs.run import execute
from cnnlab.runs.tested_images import load_test_images
from tests.conftest import built, tiny


def test_images_are_those_that_the_run_was_tested_on(in_empty_folder):
    config = tiny("epochs=1")
    images = load_network(execute(config).folder, config).images
    test, expected = load_test_images(config, images).test, built(config).data.test
    assert torch.equal(test.images[test.rows], expected.images[expected.rows])
