import pytest
import torch

from cnnlab.base.errors import RunError
from cnnlab.building.saved_network import load_network
from cnnlab.runs.run import execute
from tests.conftest import tiny, tiny_transfer

pytestmark = pytest.mark.usefixtures("in_empty_folder")


@pytest.mark.parametrize(
    ("config", "scores"),
    [(lambda: tiny(), "probabilities"), (lambda: tiny("loss=mse"), "decision values"),
     (lambda: tiny_transfer("head=svm"), "decision values"), (lambda: tiny_transfer("head=knn"), "probabilities")],
    ids=["train", "mse", "svm", "knn"],
)  # fmt: skip
def test_network_of_a_run_is_restored_in_eval_mode(config, scores):
    folder = execute(config()).folder
    again = load_network(folder, config())
    assert not any(module.training for module in again.network.modules())
    assert again.scores_are == scores
    assert again.images.classes == ("0", "1", "2")
    images = torch.zeros(2, 3, again.images.image_size, again.images.image_size, dtype=torch.uint8)
    assert again.network(again.images.prepare(images)).shape == (2, 3)


def test_weights_of_another_head_are_refused():
    svm, knn = (execute(tiny_transfer(f"head={head}")).folder for head in ("svm", "knn"))
    (svm.checkpoints / "best.pt").write_bytes((knn.checkpoints / "best.pt").read_bytes())
    with pytest.raises(RunError, match=r"best\.pt: is not of this run \(RuntimeError\)\. Put it back, or train"):
        load_network(svm, tiny_transfer("head=svm"))
