"""ONNX files answer as the networks do, by onnxruntime."""

import json

import numpy as np
import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.runs.calibration import Calibration
from cnnlab.runs.exporting import onnx_file
from cnnlab.runs.exporting.onnx_file import OPSET, onnx_content, write_onnx
from cnnlab.runs.exporting.onnx_packages import session_of
from cnnlab.runs.exporting.whole_network import WholeNetwork
from cnnlab.runs.run import execute
from cnnlab.runs.saved_config import saved_config
from tests.conftest import tiny, tiny_transfer
from tests.runs.exporting.networks import HEADS, IMAGES, learnt, of_family, outputs_of, pixels, with_head

TRANSLATED = ("cnn6", "resnet18", "speednet")
"""Families that are translated here; of each one the program is tested, which takes a fifth of the time."""


def session_for(trained, calibration=None):
    return session_of(onnx_content(WholeNetwork(trained, calibration), "a-run", {"classes": "[]"}), "run")


def check_session(trained, session):
    for num in (1, 40):
        given = pixels(trained.images, num)
        (outputs,) = session.run(["outputs"], {"pixels": given.numpy()})
        expected = outputs_of(trained, given)
        np.testing.assert_allclose(outputs, expected, rtol=0, atol=1e-5 * abs(expected).max())


@pytest.mark.parametrize("name", TRANSLATED)
def test_families_answer_the_same(name):
    trained = of_family(name)
    check_session(trained, session_for(trained))


@pytest.mark.parametrize("name", ["rbf", "knn", "knn by distance", "zero-shot"])
def test_heads_answer_the_same(name):
    assert name in HEADS
    trained = with_head(learnt(name))
    check_session(trained, session_for(trained))


def test_file_tells_its_opset_names_and_any_number_of_images():
    import onnx

    content = onnx_content(WholeNetwork(with_head(learnt("svm")), Calibration(1.0, 9)), "a-run", {"size": "8"})
    proto = onnx.load_from_string(content)
    assert [(each.domain, each.version) for each in proto.opset_import] == [("", OPSET)]
    assert [(each.key, each.value) for each in proto.metadata_props] == [("size", "8")]
    session = session_of(content, "run")
    (given,), (outputs, probabilities) = session.get_inputs(), session.get_outputs()
    assert (given.name, given.type, given.shape) == ("pixels", "tensor(uint8)", ["batch", 3, 8, 8])
    assert (outputs.name, probabilities.name) == ("outputs", "probabilities")
    assert probabilities.shape == ["batch", 3]


def test_run_becomes_the_same_bytes_each_time_without_the_names_of_files(in_empty_folder):
    folder = execute(tiny("epochs=1", "loss=mse")).folder
    config = saved_config(folder, None)
    (line,) = write_onnx(folder, config, in_empty_folder / "a.onnx")
    write_onnx(folder, config, in_empty_folder / "b.onnx")
    content = (in_empty_folder / "a.onnx").read_bytes()
    assert content == (in_empty_folder / "b.onnx").read_bytes()
    assert b".py" not in content
    assert line.startswith("check    24 test images: ")
    told = session_of(content, "run").get_modelmeta().custom_metadata_map
    assert json.loads(told["classes"]) == ["0", "1", "2"]
    assert (json.loads(told["scores_are"]), json.loads(told["run"])) == ("decision values", folder.run_id)


def test_fine_tuned_network_of_torchvision_becomes_a_file(in_empty_folder):
    folder = execute(tiny_transfer("backbone=squeezenet1_1", "transfer=scratch", "epochs=1")).folder
    line, *_ = write_onnx(folder, saved_config(folder, None), in_empty_folder / "a.onnx")
    assert line.startswith("check    24 test images: ")


def test_weights_that_no_file_of_the_format_holds_are_refused(monkeypatch):
    monkeypatch.setattr(onnx_file, "_LARGEST", 1000)
    message = r"^--format: an ONNX file holds 2 GB, the weights of a-run have 0\.0\. Take --format torch\.$"
    with pytest.raises(ConfigError, match=message):
        onnx_content(WholeNetwork(with_head(learnt("svm"), images=IMAGES), None), "a-run", {})
