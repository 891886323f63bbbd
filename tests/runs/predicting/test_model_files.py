"""Files that were exported, opened where the run is not."""

from pathlib import Path

import numpy as np
import pytest
import torch

from cnnlab.base.errors import ConfigError
from cnnlab.runs.exporting.description import as_texts
from cnnlab.runs.exporting.onnx_file import onnx_content
from cnnlab.runs.exporting.program_file import write_program
from cnnlab.runs.exporting.whole_network import WholeNetwork, graph_of
from cnnlab.runs.exporting.whole_run import whole_run
from cnnlab.runs.predicting.model_files import open_onnx, open_program
from cnnlab.runs.predicting.sources import SavedRun
from cnnlab.runs.run import execute
from cnnlab.runs.saved_config import saved_config
from tests.conftest import tiny
from tests.runs.exporting.networks import learnt, pixels, with_head

pytestmark = pytest.mark.usefixtures("in_empty_folder")
STRANGER = (
    r" does not say what its classes are and how images are read: cnnlab export did not make it\. cnnlab predict takes"
)


@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
def test_both_answer_as_the_run_does(loss):
    folder = execute(tiny("epochs=1", f"loss={loss}", "precision=fp32")).folder
    config = saved_config(folder, None)
    run = SavedRun(folder, config, device="cpu")
    whole = whole_run(folder, config)
    Path("a.onnx").write_bytes(onnx_content(whole.network, folder.run_id, as_texts(whole.told)))
    write_program(folder, config, Path("a.pt2"))
    given = pixels(run.images, 5)
    for model in (open_onnx(Path("a.onnx")), open_program(Path("a.pt2"))):
        assert (model.run_id, model.images, model.wording) == (run.run_id, run.images, run.wording)
        np.testing.assert_allclose(model.score(given), run.score(given), rtol=0, atol=1e-5)


def test_files_of_another_program_are_refused():
    network = WholeNetwork(with_head(learnt("linear")), None)
    Path("a.onnx").write_bytes(onnx_content(network, "a-run", {"author": "someone"}))
    torch.export.save(graph_of(network, "a-run"), "a.pt2")
    with pytest.raises(ConfigError, match=rf"^run: 'a\.onnx'{STRANGER}"):
        open_onnx(Path("a.onnx"))
    with pytest.raises(ConfigError, match=rf"^run: 'a\.pt2'{STRANGER}"):
        open_program(Path("a.pt2"))


def test_damaged_files_are_told():
    for name in ("a.onnx", "a.pt2"):
        Path(name).write_bytes(b"no model")
    with pytest.raises(
        ConfigError, match=r"^run: 'a\.onnx': is not a model that onnxruntime can run \(.+\)\. Get it again\.$"
    ):
        open_onnx(Path("a.onnx"))
    with pytest.raises(ConfigError, match=r"^run: 'a\.pt2' is not a program that torch can load \(.+\)\. Get it"):
        open_program(Path("a.pt2"))
