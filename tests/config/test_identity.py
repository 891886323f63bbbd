import re
import shlex

import numpy as np
import pytest
from PIL import Image

from cnnlab.base.errors import ConfigError
from cnnlab.base.hashing import FileHashes, file_hash
from cnnlab.config.identity import Identity, data_content, identify, identity, run_id, slug
from cnnlab.config.keys import keys_of
from cnnlab.config.load import load
from cnnlab.config.roles import NOT_IDENTITY
from tests.conftest import composed

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def id_of(*overrides, command="train"):
    return run_id(load(composed(*overrides, command=command)))


def image_folder(root, *, value=0):
    for name in ("ant", "bee"):
        (root / name).mkdir(parents=True)
        for i in range(2):
            Image.fromarray(np.full((8, 8, 3), value, np.uint8)).save(root / name / f"{i}.bmp")
    return root


def test_run_is_named_by_slug_seed_and_hash():
    assert re.fullmatch(r"cnn6-batch-relu-adam-s7-[0-9a-f]{10}", id_of("seed=7"))


@pytest.mark.parametrize(("run", "command", "typed"), [
    ("cnn6-batch-relu-adam-s0-6479bc62f7", "train", ""),
    (
        "cnn6-batch-relu-sgd-s3-cb4a05b1a6", "train",
        "optimizer=sgd optimizer.lr=1 scheduler=cosine scheduler.warmup_epochs=2 ema=0.9 seed=3 study=a plots=false",
    ),
    (
        "resnet18-group-leaky_relu-adam-s0-11b9eb73f1", "train",
        "model=resnet18 normalization=group activation=leaky_relu dataset=synthetic dataset.classes=[a,b] "
        "dataset.shuffle=false deterministic=true",
    ),
    (
        "cnn6-batch-relu-adam-s0-0a1f7141a3", "train",
        "dataset=cifar10 dataset.per_class=5 dataset.memory_limit=1 loss=focal augmentation=chain "
        "augmentation.steps=[{name:affine,scale:[0.5,2]},cutmix] device=cpu threads=3",
    ),
    (
        "resnet18-features-svm-s0-d7fa43fcd4", "transfer",
        "backbone=resnet18 backbone.weights=none head=svm head.C=0.1 dataset.binary=3 normalize=imagenet",
    ),
    (
        "resnet18-scratch-linear-s0-438ed34e42", "transfer",
        "backbone=resnet18 transfer=scratch optimizer=adamw patience=3 watch_test=true dataset.val_fraction=0.2 "
        "max_minutes=1",
    ),
])  # fmt: skip
def test_ids_change_with_the_schema_number_only(run, command, typed):  # others would train every finished run again
    assert id_of(*typed.split(), command=command) == run


def test_order_and_spelling_of_what_was_typed_do_not_matter():
    assert id_of("optimizer.lr=1e-3", "epochs=3") == id_of("epochs=3", "optimizer.lr=0.001")


@pytest.mark.parametrize(
    "override",
    ["seed=1", "epochs=11", "optimizer.lr=0.01", "optimizer=sgd", "precision=fp32", "watch_test=true", "ema=0.9",
     "lookahead=5", "progressive_size=0.5", "progressive_freezing=0.5", "dataset.split_seed=1",
     "dataset.split_seed=seed", "dataset.shuffle=false", "max_minutes=1", "normalize=none"],
)  # fmt: skip
def test_what_changes_the_result_changes_the_id(override):
    assert id_of(override) != id_of()


LEFT_OUT = (
    "study=mine", "rerun=true", "device=cpu", "threads=1", "workers=1", "compile=true", "capture=off",
    "plots=false", "plan=true", "margin=1", "cross_validation=5",
    "baseline=a", "reported={a:{test_accuracy:1}}", "small.epochs=1", "half.epochs=1", "data_dir=elsewhere",
    "cache_dir=elsewhere", "checkpoint_seconds=0", "dataset.memory_limit=1", "timing=alone", "seconds_to=[0.9]",
    "keep=last", "tags=[a,b]", "note=mine", "outputs=elsewhere", "tracker=[tensorboard,mlflow]",
)  # fmt: skip


@pytest.mark.parametrize("override", LEFT_OUT)
def test_what_does_not_change_the_result_leaves_the_id(override):
    assert id_of(override) == id_of()


def test_keys_that_leave_the_id_are_these_alone():
    keys = {override.partition("=")[0] for override in LEFT_OUT} - {"small.epochs", "half.epochs"}
    of_sweeps = {"arm", "until", "max_seeds", "max_hours"}  # a single run takes none of them
    of_tunings = {"trials", "sampler", "per_round", "pruner", "prune_below", "storage", "untuned"}
    of_halving = {"halving", "eta", "stages"}
    assert keys_of(*NOT_IDENTITY) == keys | {"small", "half"} | of_sweeps | of_tunings | of_halving


def test_every_fold_is_a_run_of_its_own():
    ids = [id_of(f"dataset.folds={folds}", f"dataset.fold={fold}") for folds, fold in ((5, 1), (5, 2), (4, 1))]
    assert len({*ids, id_of()}) == 4


def test_algorithms_left_to_the_device_are_named_as_any_are():
    assert id_of("deterministic=false") == id_of("deterministic=null") == id_of()
    assert id_of("deterministic=true") != id_of()


def test_option_that_is_off_is_not_part_of_the_identity():
    flat = identity(load(composed()), FileHashes(), content=None)
    assert "patience" not in flat
    assert "per_class" not in flat["dataset"]


def test_image_folder_enters_by_its_content_not_its_place(tmp_path):
    here, there = image_folder(tmp_path / "here"), image_folder(tmp_path / "there")
    assert id_of("dataset=image_folder", f"dataset.root={here}") == id_of(
        "dataset=image_folder", f"dataset.root={there}"
    )
    Image.new("RGB", (8, 8), (9, 9, 9)).save(there / "ant" / "1.bmp")
    assert (there / "ant" / "1.bmp").stat().st_size == (here / "ant" / "1.bmp").stat().st_size
    assert id_of("dataset=image_folder", f"dataset.root={here}") != id_of(
        "dataset=image_folder", f"dataset.root={there}"
    )


def test_another_image_more_is_another_run(tmp_path):
    here, there = image_folder(tmp_path / "here"), image_folder(tmp_path / "there")
    (there / "ant" / "2.bmp").write_bytes((there / "ant" / "1.bmp").read_bytes())
    assert id_of("dataset=image_folder", f"dataset.root={here}") != id_of(
        "dataset=image_folder", f"dataset.root={there}"
    )


def test_plugin_enters_by_its_bytes(tmp_path):
    one, same, other = (tmp_path / name for name in ("one.py", "same.py", "other.py"))
    one.write_text("x = 1")
    same.write_text("x = 1")
    other.write_text("x = 2")
    assert id_of(f"plugins=[{one}]") == id_of(f"plugins=[{same}]")
    assert id_of(f"plugins=[{one}]") != id_of(f"plugins=[{other}]")


def test_identity_holds_what_was_found_when_it_was_made(tmp_path):
    root, plugin, hashes = image_folder(tmp_path / "here"), tmp_path / "mine.py", FileHashes()
    plugin.write_text("x = 1")
    config = load(composed("dataset=image_folder", f"dataset.root={root}", f"plugins=[{plugin}]"))
    assert identify(config, hashes) == Identity(run_id(config), data_content(config, hashes), (file_hash(plugin),))
    assert identify(load(composed()), hashes).data_content is None


def test_slug_names_the_parts():
    assert slug(load(composed("model=resnet18", "normalization=group"))) == "resnet18-group-relu-adam"
    timm = composed("backbone=timm", "backbone.model=vit_tiny_patch16_224.augreg_in21k", command="transfer")
    assert slug(load(timm)) == "vit_tiny_patch16_224.augreg_in21k-features-svm"


def test_transfer_is_named_by_backbone_procedure_and_head():
    run = id_of("backbone=resnet50", "backbone.weights=none", command="transfer")
    assert re.fullmatch(r"resnet50-features-svm-s0-[0-9a-f]{10}", run)


def test_options_of_groups_that_take_no_part_rename_no_run():
    typed = ("backbone.weights=none", "head=svm")
    assert id_of(*typed, command="transfer") == id_of(*typed, "optimizer=sgd", "epochs=3", command="transfer")


def test_weights_enter_the_name_by_their_bytes(tmp_path):
    for name, content in (("a", b"1"), ("b", b"1"), ("c", b"2")):
        (tmp_path / name).write_bytes(content)
    first, same, other = (id_of(f"backbone.weights={tmp_path / name}", command="transfer") for name in "abc")
    assert first == same != other


def test_missing_weights_are_said_before_anything_is_read():
    message = r"backbone\.weights: no file 'nothing\.pth'\. Put it there, or use a finished run: backbone=run"
    with pytest.raises(ConfigError, match=message):
        id_of("backbone.weights=nothing.pth", command="transfer")


def test_run_without_weights_is_no_backbone(tmp_path):
    folder = tmp_path / "of Ann's"
    folder.mkdir()
    (folder / "config.yaml").touch()
    message = r"backbone\.weights: '.*' is not a finished run: it has no checkpoints/best\.pt\. Finish it: (cnnlab .*)"
    with pytest.raises(ConfigError, match=message) as raised:
        id_of("backbone=run", f'backbone.weights="{folder}"', command="transfer")
    assert shlex.split(re.search(message, str(raised.value))[1]) == ["cnnlab", "resume", str(folder)]


def test_folder_of_no_run_is_no_backbone(tmp_path):
    message = r"backbone\.weights: '.*' is not a run's folder\. Give a weights file, or outputs/runs/<run id>\."
    with pytest.raises(ConfigError, match=message):
        id_of(f"backbone.weights={tmp_path}", command="transfer")


def test_run_that_is_not_there_is_no_backbone():
    message = r"backbone\.weights: no run 'gone'\. Give the folder of a finished one; they are listed by: cnnlab report"
    with pytest.raises(ConfigError, match=message):
        id_of("backbone=run", "backbone.weights=gone", command="transfer")


def test_mapping_that_is_not_there_is_named():
    given = ("transfer=zero_shot", "transfer.mapping=gone.yaml", "backbone.weights=imagenet")
    with pytest.raises(ConfigError, match=r"^transfer\.mapping: no file 'gone\.yaml'\. Put it there\.$"):
        id_of(*given, command="transfer")


def test_mapping_enters_by_its_content(tmp_path):
    given = ("transfer=zero_shot", "backbone.weights=imagenet")
    ids = [id_of(*given, command="transfer")]
    for name, text in (("a.yaml", "cow: [ox]"), ("b.yaml", "cow: [ox]"), ("c.yaml", "cow: [hog]")):
        (tmp_path / name).write_text(text)
        ids.append(id_of(*given, f"transfer.mapping={tmp_path / name}", command="transfer"))
    assert ids[1] == ids[2]
    assert len(set(ids)) == 3
