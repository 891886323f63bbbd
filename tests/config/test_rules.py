import re

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.config.load import load
from tests.conftest import composed


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (
            ["patience=3", "dataset.val_fraction=0"],
            "patience: needs a validation split, got dataset.val_fraction=0. Drop one of the two.",
        ),
        (
            ["scheduler=plateau", "dataset.val_fraction=0"],
            "scheduler (plateau): needs a validation split, got dataset.val_fraction=0. Drop one of the two.",
        ),
        (
            ["batch_size=1"],
            "batch_size: must be > 1 with normalization=batch, got 1. A batch of one has no variance to normalize by; "
            "take normalization=group, layer or none.",
        ),
        (
            ["dataset.per_class=5", "dataset.fraction=0.5"],
            "dataset.per_class: cannot be combined with dataset.fraction. Set one of the two to null.",
        ),
        (
            ["dataset.folds=5"],
            "dataset.folds: needs dataset.fold, the one that is tested on, got dataset.folds=5 alone. "
            "Give it, or sweep over all: cnnlab -m cross_validation=5",
        ),
        (
            ["dataset.fold=2"],
            "dataset.fold: needs dataset.folds, of how many it is one, got dataset.fold=2 alone. Give both.",
        ),
        (["dataset.folds=5", "dataset.fold=6"], "dataset.fold: must be <= dataset.folds (5), got 6."),
        (
            ["epochs=2", "scheduler.warmup_epochs=3"],
            "scheduler.warmup_epochs: must be <= epochs (2), got 3.",
        ),
        (["arm=adam"], "arm: chooses among the named arms of a sweep, got adam. A sweep needs -m."),
        (["until=decided"], "until: steers a sweep, got decided. A sweep needs -m."),
        (["untuned=false"], "untuned: steers a sweep, got false. A sweep needs -m."),
        (["max_hours=2"], "max_hours: steers a sweep, got 2. A sweep needs -m."),
        (
            ["dataset.classes=[cat,dog]", "dataset.binary=dgo"],
            "dataset.binary: unknown class 'dgo'. Did you mean 'dog'? Known: cat, dog.",
        ),
        (
            ["augmentation=affine", "augmentation.scale=[1.1,0.9]"],
            "augmentation.scale: must go from low to high, got [1.1, 0.9].",
        ),
        (
            ["augmentation=chain", "augmentation.steps=[flip_crop,{name:cutot,side:0.2}]"],
            "augmentation.steps.1.name: unknown 'cutot'. Did you mean 'cutout'? Known: affine,",
        ),
    ],
)
def test_fields_that_do_not_go_together_are_named_with_what_to_do(overrides, message):
    with pytest.raises(ConfigError, match=r"\S") as caught:
        load(composed(*overrides))
    (problem,) = caught.value.problems
    assert problem.startswith(message)


TRIPLET = "loss=cross_entropy_triplet"


@pytest.mark.parametrize(
    ("typed", "command", "message"),
    [
        (("normalize=backbone",), "train", "normalize: backbone is for cnnlab transfer, a model has none. Use dataset"),
        (
            (TRIPLET, "augmentation=mixup"),
            "train",
            "loss (cross_entropy_triplet): takes images of one class each, augmentation=mixup mixes them.",
        ),
        (
            (TRIPLET, "dataset.shuffle=false"),
            "train",
            "loss (cross_entropy_triplet): puts images of a class into one batch, which dataset.shuffle=false forbids.",
        ),
        (
            (TRIPLET, "batch_size=6"),
            "train",
            "batch_size: must be >= 8, two classes of loss.images_per_class=4, got 6.",
        ),
        (
            ("loss=cross_entropy_center", "head=linear"),
            "transfer",
            "loss (cross_entropy_center): needs features that learn, got transfer=features. Use transfer=finetune.",
        ),
    ],
)
def test_loss_and_normalization_have_to_fit_the_run(typed, command, message):
    with pytest.raises(ConfigError, match=re.escape(message)):
        load(composed(*typed, command=command))


def test_reported_figures_have_to_be_figures():
    with pytest.raises(ConfigError, match=r"^reported\.plain: must be figures, such as .*, got 91\.2\.$"):
        load(composed("reported={plain: 91.2}"))


def test_reported_figures_of_any_arm_are_taken():
    assert load(composed("reported={plain: {test_accuracy: 0.9}}")).reported == {"plain": {"test_accuracy": 0.9}}


@pytest.mark.parametrize(
    ("overrides", "is_refused"),
    [
        (["transfer=scratch"], True),
        (["transfer=finetune", "backbone.weights=w.pth"], True),
        (["transfer=finetune", "backbone.weights=w.pth", "transfer.trainable_layers=0"], False),
        (["transfer=features", "head=linear"], False),
        (["transfer=scratch", "backbone=squeezenet1_1"], False),  # it has no batch norm
        (
            ["transfer=finetune", "backbone.weights=w.pth", "transfer.trainable_layers=99"],
            False,
        ),  # told when it is built
    ],
)
def test_batches_of_one_image_are_refused_where_batch_norm_of_a_backbone_learns(overrides, is_refused):
    typed = ("backbone=shufflenet_v2_x0_5", "backbone.weights=none", *overrides, "batch_size=1")
    plain = composed(*typed, command="transfer")
    if not is_refused:
        load(plain)
        return
    message = r"^batch_size: must be > 1 where layers with batch norm learn, got 1\. A batch of one has no variance to"
    with pytest.raises(ConfigError, match=message):
        load(plain)
