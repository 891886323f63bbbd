import pytest

from cnnlab.runs.predicting.classifier import load_classifier
from cnnlab.runs.run import execute
from tests.conftest import tiny


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_run_is_made_ready_in_its_precision_with_the_words_for_its_answers(precision, in_empty_folder):
    config = tiny("epochs=1", "loss=mse", f"precision={precision}")
    end = execute(config)
    trained, runtime, wording = load_classifier(end.folder, config, device="cpu")
    assert (runtime.device.type, runtime.precision) == ("cpu", precision)
    assert (wording.classes, wording.scores_are) == (trained.images.classes, "decision values")
    assert wording.calibration.as_plain() == end.summary["calibration"]
