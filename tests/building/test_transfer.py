"""Whole runs of `cnnlab transfer`, in this process."""

import dataclasses
import json
from pathlib import Path

import pytest
import timm
import torch
import torchvision
from PIL import Image

from cnnlab.base.errors import ConfigError
from cnnlab.building.procedures import build_parts
from cnnlab.building.saved_network import load_network
from cnnlab.config.load import load
from cnnlab.data.image_folders.decoding import decode
from cnnlab.data.library import DataLibrary
from cnnlab.networks.transfer.heads import HEADS
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import read_status
from cnnlab.runs.run import execute
from cnnlab.training.learning import Nothing
from tests.conftest import RUNTIME, built, composed, refusal, tiny, tiny_transfer

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def done(*overrides):
    return execute(tiny_transfer(*overrides)).folder


def build(*overrides):
    return built(tiny_transfer(*overrides))


def restored(folder):
    return load_network(folder, load(folder.read_config()))


def rows(folder, name):
    return folder.read_rows(name)


@pytest.mark.parametrize("head", HEADS)
def test_run_of_every_head_leaves_what_a_run_leaves(head):
    binary = ["dataset.num_classes=2"] if head == "svm_binary" else []
    folder = done(f"head={head}", "epochs=1", "batch_size=16", *binary)
    files = {path.name for path in folder.path.rglob("[!.]*") if path.is_file()}
    expected = {"config.yaml", "overrides.txt", "env.json", "status.json", "metrics.csv", "summary.json",
                "predictions.csv", "best.pt", "train.log"}  # fmt: skip
    assert files - {"mistakes.npz", "gradients.csv"} == expected
    assert len(rows(folder, "metrics.csv")) == 1
    summary = folder.read_json("summary.json")
    assert summary["scores_are"] == ("decision values" if "svm" in head else "probabilities")
    assert summary["test"]["loss"] > 0
    assert summary["parameters"] >= 341_792


TIMM_SCRATCH = ("backbone=timm", "backbone.model=test_efficientnet", "transfer=scratch")


@pytest.mark.parametrize(
    "typed",
    [
        ("head=svm",),
        ("head=knn",),
        ("head=linear",),
        ("transfer=scratch",),
        (*TIMM_SCRATCH, "loss=cross_entropy_center"),
        (*TIMM_SCRATCH, "loss=cross_entropy_triplet"),
    ],
    ids=str,
)
def test_saved_run_answers_as_it_did(typed):
    folder = done(*typed, "epochs=1", "batch_size=16")
    again = restored(folder)
    data = build("head=knn").data.test
    with torch.inference_mode():
        outputs = again.network(again.images.prepare(data.images[data.rows]))
    predicted = [again.images.classes[label] for label in outputs.argmax(1)]
    assert predicted == [row["predicted"] for row in rows(folder, "predictions.csv")]


def test_features_are_computed_once_for_all_heads_and_subsets(monkeypatch):
    sizes = []
    from cnnlab.building.features import Extraction

    compute = Extraction.compute
    monkeypatch.setattr(Extraction, "compute", lambda *args: sizes.append(len(args[2])) or compute(*args))
    for typed in (["head=svm"], ["head=svm", "head.C=0.1"], ["head=logistic"], ["head=knn", "dataset.per_class=5"],
                  ["head=svm", "dataset.per_class=10", "seed=0"]):  # fmt: skip
        done(*typed)
    assert sizes == [120]


def test_first_run_tells_how_long_its_features_took():
    first, second = (json.loads((done(f"head={head}").path / "summary.json").read_text()) for head in ("svm", "knn"))
    assert 0 < first["seconds"]["features"] < first["seconds"]["total"]
    assert second["seconds"]["features"] == 0


def test_head_learns_from_the_chosen_images_alone():
    parts = build("head=knn", "dataset.per_class=5")
    assert parts.train.num_images == 15
    assert len(parts.data.train) == 15
    full = build("head=knn")
    own = {int(row): i for i, row in enumerate(full.data.train.rows)}
    chosen = [own[int(row)] for row in parts.data.train.rows]
    torch.testing.assert_close(parts.train.images, full.train.images[chosen], rtol=0, atol=0)


def test_only_the_head_and_the_last_layers_change():
    torch.manual_seed(0)
    torch.save(torchvision.models.shufflenet_v2_x0_5().state_dict(), "w.pth")
    config = tiny_transfer(
        "backbone.weights=w.pth", "transfer=finetune", "transfer.trainable_layers=1", "epochs=1", "batch_size=16"
    )
    before = built(config).learning.model.state_dict()
    after = execute(config).folder.load_checkpoint("best.pt")["model"]
    changed = {key.split(".")[2] for key in before if key.startswith("backbone") and (before[key] != after[key]).any()}
    assert changed == {"conv5"}
    assert (before["head.weight"] != after["head.weight"]).any()


def test_backbone_and_head_have_learning_rates_of_their_own():
    torch.save(torchvision.models.shufflenet_v2_x0_5().state_dict(), "w.pth")
    typed = ("backbone.weights=w.pth", "transfer=finetune", "batch_size=16", "optimizer.lr=0.01")
    rates = [group["lr"] for group in build(*typed, "transfer.backbone_lr=0.0001").learning.optimizer.param_groups]
    assert rates == [0.01, 0.0001]
    assert [group["lr"] for group in build(*typed).learning.optimizer.param_groups] == [0.01, 0.01]


def test_scratch_starts_from_the_seeds_weights_and_leaves_the_file():
    torch.save(torchvision.models.shufflenet_v2_x0_5().state_dict(), "w.pth")
    first = build("backbone.weights=w.pth", "transfer=scratch", "batch_size=16").learning.model.state_dict()
    second = build("transfer=scratch", "batch_size=16").learning.model.state_dict()
    torch.testing.assert_close(first, second, rtol=0, atol=0)
    other = build("transfer=scratch", "batch_size=16", "seed=1").learning.model.state_dict()
    assert any((first[key] != other[key]).any() for key in first)


def test_arms_share_the_heads_initial_weights():
    torch.save(torchvision.models.shufflenet_v2_x0_5().state_dict(), "w.pth")
    tuned = build("backbone.weights=w.pth", "transfer=finetune", "batch_size=16").learning.model.head
    probe = build("backbone.weights=w.pth", "head=linear", "batch_size=16").learning.model
    torch.testing.assert_close(tuned.weight, probe.weight, rtol=0, atol=0)


def test_imagenet_weights_bring_their_preprocessing(imagenet_file):
    images = build("backbone=squeezenet1_1", "backbone.weights=imagenet", "dataset.image_size=null").images
    assert (images.image_size, images.resize, images.normalization.mean) == (224, 256, (0.485, 0.456, 0.406))
    pixels = torch.randint(0, 256, (3, 300, 300), dtype=torch.uint8)
    expected = torchvision.models.SqueezeNet1_1_Weights.IMAGENET1K_V1.transforms()(pixels)
    torch.testing.assert_close(images.prepare(pixels[None])[0], expected, atol=0.02, rtol=0)  # theirs rounds to uint8


@pytest.mark.parametrize(("mode", "colour"), [("border", (128, 51, 230)), ("squash", (0, 0, 0))])
def test_run_keeps_how_timms_images_become_squares(monkeypatch, mode, colour):
    """A folder of black photographs, wider than high, whose border would be of the mean colour."""
    known = timm.get_pretrained_cfg("test_resnet")
    changed = dataclasses.replace(known, crop_mode=mode, crop_pct=1.0, mean=(0.5, 0.2, 0.9))
    monkeypatch.setattr("timm.get_pretrained_cfg", lambda name: changed)
    torch.save(timm.create_model("test_resnet").state_dict(), "w.pth")
    for number, name in enumerate(["ants", "bees"] * 10):
        Path("photos", name).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (80 + number, 40)).save(Path("photos", name, f"{number}.png"))
    typed = ("dataset=image_folder", "dataset.root=photos", "backbone=timm", "backbone.model=test_resnet", "head=knn",
             "head.k=1", "backbone.weights=w.pth", "device=cpu", "plots=false")  # fmt: skip
    config = load(composed(*typed, command="transfer"))
    images = restored(execute(config).folder).images
    assert images == built(config).images
    pixels = decode(Path("photos", "ants", "0.png"), 3, images.file_size, images.file_size, images.scaling)
    assert (pixels.shape, tuple(pixels[:, 0, 80])) == ((3, 160, 160), colour)


def test_size_that_is_asked_for_stays(imagenet_file):
    images = build("backbone=squeezenet1_1", "backbone.weights=imagenet", "dataset.image_size=32").images
    assert (images.image_size, images.resize) == (32, None)


def image_folder(*classes, side=40):
    for split in ("train", "val"):
        for number, name in enumerate(classes):
            folder = Path("photos", split, name)
            folder.mkdir(parents=True)
            for i in range(4):
                Image.new("RGB", (side + i, side + 10), (60 * number, 40 * i, 90)).save(folder / f"{i}.png")
    return ("dataset=image_folder", "dataset.root=photos")


def test_backbones_that_expect_other_sizes_share_no_images(imagenet_file):
    data, library = image_folder("ants", "bees", side=300), DataLibrary()
    pretrained, random = ("backbone.weights=imagenet", "backbone.weights=none")
    sizes = []
    for weights in (pretrained, random, pretrained):
        typed = (*data, "backbone=squeezenet1_1", weights, "head=knn", "head.k=1", "precision=fp32")
        config = load(composed(*typed, command="transfer"))
        parts = build_parts(config, RUNTIME, library=library, data_content="the same")
        sizes.append(parts.data.train.images.shape[2])
    assert sizes == [256, 128, 256]


def zero_shot(*overrides):
    typed = ("backbone=squeezenet1_1", "transfer=zero_shot", "device=cpu", "plots=false", "precision=fp32")
    return load(composed(*typed, *overrides, command="transfer"))


def test_zero_shot_adds_the_class_other_and_trains_nothing(imagenet_file):
    config = zero_shot(*image_folder("ants", "bees"))
    folder = execute(config).folder
    summary = folder.read_json("summary.json")
    assert summary["classes"] == ["ants", "bees", "other"]
    assert summary["selected_by"] == "no training"
    assert list(summary["test"]["per_class"]) == ["ants", "bees", "other"]
    assert {row["predicted"] for row in rows(folder, "predictions.csv")} <= {"ants", "bees", "other"}
    assert "score_other" in rows(folder, "predictions.csv")[0]
    assert restored(folder).images.classes == ("ants", "bees", "other")
    assert type(built(config).learning) is Nothing


def test_zero_shot_keeps_the_mapping_and_judges_the_mapped_classes(imagenet_file):
    folder = execute(zero_shot(*image_folder("ants", "bees", "elves"))).folder
    summary = folder.read_json("summary.json")
    assert summary["mapping"] == {"ants": ["ant"], "bees": ["bee"], "elves": []}
    table = rows(folder, "predictions.csv")
    pairs = [(row["target"], float(row["score_ants"]) >= float(row["score_bees"])) for row in table]
    right = [is_ant == (target == "ants") for target, is_ant in pairs if target != "elves"]
    assert len(right) == 8
    assert summary["test"]["accuracy_among_mapped"] == sum(right) / 8
    assert summary["test"]["accuracy"] <= 2 / 3  # elves are never the answer
    log = (folder.path / "train.log").read_text()
    assert "mapping  ants: ant\n" in log
    assert "unmapped elves\n" in log


def test_saved_zero_shot_run_answers_as_it_did_whatever_became_of_its_mapping(imagenet_file):
    mapping = Path("mine.yaml")
    mapping.write_text("glow: [bubble, 470]\ngloom: [spotlight]\n")
    folder = execute(zero_shot(*image_folder("gloom", "glow"), f"transfer.mapping={mapping}")).folder
    assert folder.read_json("summary.json")["mapping"] == {"gloom": ["spotlight"], "glow": ["candle", "bubble"]}
    mapping.unlink()
    again = restored(folder)
    assert again.network.head.columns[:2] == [[818], [470, 971]]


def test_zero_shot_run_that_has_not_saved_its_mapping_is_mapped_again(imagenet_file):
    folder = execute(zero_shot(*image_folder("ants", "bees"))).folder
    saved = folder.load_checkpoint("best.pt")
    columns = saved.pop("columns")
    folder.save_checkpoint("best.pt", saved)
    assert restored(folder).network.head.columns == columns


def test_zero_shot_asks_a_class_against_the_rest(imagenet_file):
    folder = execute(zero_shot(*image_folder("ants", "bees"), "dataset.binary=bees")).folder
    summary = folder.read_json("summary.json")
    assert summary["classes"] == ["rest", "bees"]
    assert summary["mapping"] == {"bees": ["bee"]}
    assert summary["test"]["accuracy_among_mapped"] == summary["test"]["accuracy"]


def test_zero_shot_without_a_class_that_imagenet_knows_is_refused(imagenet_file):
    with pytest.raises(ConfigError, match=r"^transfer\.mapping: none of the classes elves, trolls has a name that"):
        execute(zero_shot(*image_folder("elves", "trolls")))


def test_zero_shot_wants_a_thousand_classes():
    torch.save(torchvision.models.squeezenet1_1(num_classes=7).state_dict(), "seven.pth")
    message = r"backbone\.weights: transfer=zero_shot asks for ImageNet's 1,000 classes, 'seven\.pth' tells 7 apart\."
    with pytest.raises(ConfigError, match=message):
        build("backbone=squeezenet1_1", "backbone.weights=seven.pth", "transfer=zero_shot")


@pytest.mark.parametrize("model", ["cnn6", "resnet18"])
def test_finished_run_is_a_backbone(model):
    trained = execute(tiny(f"model={model}", "dataset.image_size=16")).folder
    weights = ("backbone=run", f"backbone.weights={trained.path}", "dataset.image_size=null")
    folder = done(*weights, "head=knn")
    assert folder.read_json("summary.json")["test"]["accuracy"] >= 0.3
    tuned = build(*weights, "transfer=finetune", "batch_size=16")
    own = restored(trained).network.eval()
    images = tuned.images.prepare(tuned.data.test.images[:4])
    torch.testing.assert_close(tuned.learning.model.eval().features(images), own.features(images))
    assert "classifier" not in [name for name, _ in tuned.learning.model.backbone.layers]
    assert tuned.images.image_size == 16


def test_run_of_transfer_is_a_backbone_too():
    first = done("transfer=scratch", "epochs=1", "batch_size=16")
    second = done("backbone=run", f"backbone.weights={first.path}", "head=knn")
    third = done("backbone=run", f"backbone.weights={second.path}", "head=knn", "head.k=3")
    assert read_status(third)["status"] == "finished"


def test_backbone_that_changed_is_not_taken_for_the_old_one():
    torch.save(torchvision.models.shufflenet_v2_x0_5().state_dict(), "w.pth")
    folder = done("backbone.weights=w.pth", "head=knn")
    torch.save(torchvision.models.shufflenet_v2_x0_5().state_dict(), "w.pth")
    message = r"backbone\.weights: '\S+w\.pth' is not what the run's head was trained on\. Put the old ones back\."
    with pytest.raises(ConfigError, match=message):
        restored(folder)


def test_damaged_run_is_no_backbone():
    trained = execute(tiny()).folder
    path = trained.path / "checkpoints" / "best.pt"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ConfigError, match=r"backbone\.weights: .*best\.pt: is damaged, or holds more than"):
        build("backbone=run", f"backbone.weights={trained.path}")


def test_same_command_gives_the_same_bits():
    one = done("head=svm").load_checkpoint("best.pt")["model"]
    again = execute(tiny_transfer("head=svm", "rerun=true")).folder.load_checkpoint("best.pt")["model"]
    torch.testing.assert_close(one, again, rtol=0, atol=0)


def test_run_says_what_it_is(capsys):
    done("head=svm", "head.C=0.1")
    said = capsys.readouterr().out
    assert "backbone shufflenet_v2_x0_5, weights none" in said
    assert "transfer features, head svm C=0.1 kernel=linear" in said
    assert "1024 features per image, 120 computed" in said


def test_summary_of_a_binary_svm_has_the_majority_beside_it():
    folder = done("head=svm_binary", "dataset.binary='0'")
    test = json.loads((folder.path / "summary.json").read_text())["test"]
    assert test["majority_accuracy"] == pytest.approx(2 / 3, abs=0.01)
    assert list(test["per_class"]) == ["rest", "0"]


def test_finished_run_is_found():
    first = execute(tiny_transfer("head=knn"))
    assert first.is_new
    assert not execute(tiny_transfer("head=knn")).is_new
    assert read_status(RunFolder(first.folder.path))["status"] == "finished"


def test_batches_of_one_image_are_refused_where_batch_norm_of_a_run_learns():
    message = (
        "batch_size: must be > 1 where layers with batch norm learn, got 1. A batch of one has no variance to "
        "normalize by; take transfer.trainable_layers=0, transfer=features or a backbone without batch norm."
    )
    run = ("backbone=run", f"backbone.weights={execute(tiny()).folder.path}", "dataset.image_size=8", "batch_size=1")
    assert refusal(built, tiny_transfer("transfer=finetune", *run)) == message
    assert refusal(built, tiny_transfer("transfer=finetune", "transfer.trainable_layers=0", *run)) is None


def test_batches_of_one_image_train_a_head_on_frozen_features():
    assert built(tiny_transfer("head=linear", "batch_size=1")).learning.model is not None
