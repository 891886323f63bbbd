import pytest

from cnnlab.runs.exporting.description import Description
from cnnlab.runs.predicting.sources import ExportedModel, SavedRun
from cnnlab.runs.run import execute
from tests.conftest import tiny
from tests.runs.exporting.networks import IMAGES, learnt, outputs_of, pixels, with_head


def test_saved_run_gives_the_scores_of_its_kind(in_empty_folder):
    config = tiny("epochs=1", "precision=fp32")
    run = SavedRun(execute(config).folder, config, device="cpu")
    given = pixels(run.images, 3)
    assert run.score(given).sum(1) == pytest.approx([1, 1, 1], abs=1e-5)
    assert run.wording.scores_are == "probabilities"
    assert run.own_images([]) is None
    assert {picture.id.partition("-")[0] for picture in run.test_pictures()} == {"test"}


@pytest.mark.parametrize("kind", ["probabilities", "decision values"])
def test_exported_model_gives_scores_by_its_outputs_and_knows_no_images(kind):
    trained, given = with_head(learnt("linear"), scores_are=kind), pixels(IMAGES, 3)
    told = Description("a-run", IMAGES, kind, None)
    model = ExportedModel(told, lambda pixels: outputs_of(trained, pixels))
    scores = model.score(given)
    assert (scores.sum(1) == pytest.approx([1, 1, 1], abs=1e-5)) == (kind == "probabilities")
    assert (scores.argmax(1) == outputs_of(trained, given).argmax(1)).all()
    assert model.own_images([]) is None
