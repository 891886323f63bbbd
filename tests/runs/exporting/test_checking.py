import numpy as np
import pytest

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.runs.exporting import checking
from cnnlab.runs.exporting.checking import check_model, deviation
from cnnlab.runs.exporting.whole_run import whole_run
from cnnlab.runs.run import execute
from cnnlab.runs.saved_config import saved_config
from tests.conftest import tiny
from tests.runs.exporting.networks import outputs_of


def test_deviation_is_that_of_the_worst_image_by_the_largest_of_its_outputs():
    expected = np.array([[10.0, -20.0], [1.0, 2.0]], np.float32)
    found = deviation(expected + np.array([[2.0, 0.0], [1.5, 0.0]], np.float32), expected)
    assert (found.absolute, found.relative, found.num_same, found.num_images) == (2.0, 0.75, 1, 2)


def test_what_is_no_number_deviates_without_end():
    expected = np.ones((1, 2), np.float32)
    assert deviation(expected * np.nan, expected).relative == np.inf


@pytest.fixture
def run(in_empty_folder):
    folder = execute(tiny("epochs=1")).folder
    config = saved_config(folder, None)
    return whole_run(folder, config), config


def test_model_is_asked_about_test_images_one_and_then_the_others(run):
    whole, config = run
    asked = []

    def model(pixels):
        asked.append(tuple(pixels.shape))
        return outputs_of(whole.trained, pixels)

    (line,) = check_model(whole, config, model)
    assert asked == [(1, 3, 8, 8), (23, 3, 8, 8)]
    assert line.startswith("check    24 test images: outputs deviate by ")
    assert line.endswith("; 24 of 24 answers the same")


def test_model_that_deviates_by_more_than_rounding_is_noted(run):
    whole, config = run
    _, note = check_model(whole, config, lambda pixels: 1.001 * outputs_of(whole.trained, pixels))
    assert note == ("note     more than 0.0001: rounding matters a lot in this network, which may have learnt little.")


def test_model_that_answers_otherwise_is_refused(run):
    whole, config = run
    message = (
        r"^--format: the file would not answer as \S+: on 24 test images its outputs deviate by up to 1\.0e\+00, "
        r"relative \S+, more than 0\.01, so nothing is written\. Take --format cnnlab or safetensors\.$"
    )
    with pytest.raises(RunError, match=message):
        check_model(whole, config, lambda pixels: outputs_of(whole.trained, pixels) + 1)


def test_noise_is_taken_where_the_data_is_gone(run, monkeypatch):
    def gone(*_):
        raise ConfigError("dataset.root: no folder 'photos'.")

    whole, config = run
    monkeypatch.setattr(checking, "load_test_images", gone)
    (line,) = check_model(whole, config, lambda pixels: outputs_of(whole.trained, pixels))
    assert line.startswith("check    32 images of noise (the run's data is not here): outputs deviate by ")
