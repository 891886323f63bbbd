import torch

from cnnlab.runs.exporting.whole_run import whole_run
from cnnlab.runs.run import execute
from cnnlab.runs.saved_config import saved_config
from tests.conftest import tiny
from tests.runs.exporting.networks import pixels


def test_calibration_of_a_run_goes_into_network_and_description(in_empty_folder):
    end = execute(tiny("epochs=1", "loss=mse"))
    whole = whole_run(end.folder, saved_config(end.folder, None))
    assert whole.told["calibration"] == end.summary["calibration"]
    outputs, probabilities = whole.network(pixels(whole.trained.images, 3))
    scale = end.summary["calibration"]["scale"]
    torch.testing.assert_close(probabilities, (scale * outputs).softmax(1))
    assert not whole.network.training
