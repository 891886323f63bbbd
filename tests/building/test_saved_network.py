import pytest
import torch
from torch import nn

from cnnlab.base.errors import RunError
from cnnlab.building.networks import build_model
from cnnlab.building.saved_network import backbone_of_run, load_network
from cnnlab.networks.batch_norm import BatchNorm1d, BatchNorm2d
from cnnlab.runs.run import execute
from cnnlab.training.evaluation import evaluate
from tests.conftest import built, tiny, tiny_transfer

TORCHS = {BatchNorm1d: nn.BatchNorm1d, BatchNorm2d: nn.BatchNorm2d}
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


def kinds_of_batch_norm(network):
    return {type(module) for module in network.modules() if isinstance(module, nn.BatchNorm2d)}


@pytest.mark.parametrize("option", ["seed=0", "ema=0.9", "epochs=0"])
def test_torchs_batch_norm_evaluates_the_saved_weights_as_the_run_did(option):
    config = tiny("precision=fp32", option)
    end = execute(config)
    network = load_network(end.folder, config).network
    assert kinds_of_batch_norm(network) == {nn.BatchNorm2d}
    found = evaluate(network, built(config).val.in_order(), loss_fn=nn.CrossEntropyLoss())
    own = end.summary["val"]
    assert (found.loss, found.accuracy) == pytest.approx(
        (own["loss"], own["accuracy"]), rel=1e-5
    )  # another memory format


def test_statistics_of_an_older_schema_are_taken_as_they_are():
    config = tiny("epochs=1")
    folder = execute(config).folder
    saved = folder.load_checkpoint("best.pt")
    for name, value in saved["model"].items():
        if name.endswith("running_var"):
            value.mul_(0.1).add_(0.9)
        elif name.endswith("num_batches_tracked"):
            value.fill_(1)  # as torch counts: nothing says that they were corrected
    folder.save_checkpoint("best.pt", saved)
    loaded = load_network(folder, config)
    reference = build_model(config, loaded.images)
    for module in reference.modules():
        module.__class__ = TORCHS.get(type(module), type(module))
    reference.load_state_dict(saved["model"])
    images = torch.randn(4, 3, loaded.images.image_size, loaded.images.image_size)
    assert torch.equal(loaded.network(images), reference.eval()(images))


@pytest.mark.parametrize(("loads", "kind"), [(True, nn.BatchNorm2d), (False, BatchNorm2d)])
def test_backbone_of_a_run_corrects_the_statistics_that_it_does_not_bring_along(loads, kind):
    folder = execute(tiny("epochs=0")).folder
    backbone = backbone_of_run(folder.path, 0, layer="penultimate", loads=loads)
    assert kinds_of_batch_norm(backbone) == {kind}
