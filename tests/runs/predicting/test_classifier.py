"""A saved run made ready to classify."""

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.predicting.classifier import load_classifier
from cnnlab.runs.run import execute
from tests.conftest import tiny


@pytest.fixture
def config():
    return tiny("epochs=1", "precision=fp32")


@pytest.fixture
def folder(in_empty_folder, config):
    return execute(config).folder


def test_network_is_ready_in_the_precision_of_its_run(folder, config):
    trained, runtime, wording = load_classifier(folder, config, device="cpu")
    assert not trained.network.training
    assert (runtime.device.type, runtime.precision) == ("cpu", "fp32")
    assert (wording.classes, wording.has_probabilities) == (trained.images.classes, True)


def test_decision_values_have_the_calibration_of_their_run(in_empty_folder):
    config = tiny("loss=mse", "epochs=1")
    folder = RunFolder(execute(config).folder.path)
    assert load_classifier(folder, config, device="cpu")[2].calibration is not None


def test_device_that_is_not_there_is_refused(folder, config):
    with pytest.raises(ConfigError, match=r"^device: must be auto, cpu, cuda or cuda:<number>, got 'tpu'\.$"):
        load_classifier(folder, config, device="tpu")
