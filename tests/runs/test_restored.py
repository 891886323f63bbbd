import pytest
import torch

from cnnlab.config.load import load
from cnnlab.runs.restored import calibration_of, restore
from cnnlab.runs.run import execute
from tests.conftest import tiny, tiny_transfer

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def test_network_is_restored_in_eval_mode_and_in_the_precision_of_its_run():
    folder = execute(tiny("epochs=1", "precision=fp32")).folder
    trained, runtime = restore(folder, load(folder.read_config() | {"precision": "auto"}), "cpu")
    assert not trained.network.training
    assert (runtime.device, runtime.autocast) == (torch.device("cpu"), None)
    assert calibration_of(folder, trained) is None


def test_calibration_is_that_of_decision_values():
    folder = execute(tiny_transfer("head=svm")).folder
    trained, _ = restore(folder, load(folder.read_config()), "cpu")
    assert calibration_of(folder, trained).images == 9
