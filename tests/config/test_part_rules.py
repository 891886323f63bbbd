import re

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.config.load import load
from cnnlab.config.part_rules import check_parts
from tests.conftest import composed


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (
            ["batch_size=1"],
            "batch_size: must be > 1 with normalization=batch, got 1. A batch of one has no variance to normalize by; "
            "take normalization=group, layer or none.",
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
def test_parts_that_cannot_be_built_so_are_named_with_what_to_do(overrides, message):
    with pytest.raises(ConfigError, match=r"\S") as caught:
        check_parts(load(composed(*overrides)))
    (problem,) = caught.value.problems
    assert problem.startswith(message)


def test_all_problems_of_parts_come_in_one_message():
    overrides = ("batch_size=1", "augmentation=affine", "augmentation.scale=[1.1,0.9]")
    with pytest.raises(ConfigError, match=r"\S") as caught:
        check_parts(load(composed(*overrides)))
    assert [problem.split(":")[0] for problem in caught.value.problems] == ["batch_size", "augmentation.scale"]


TRIPLET = "loss=cross_entropy_triplet"


@pytest.mark.parametrize(
    ("typed", "command", "message"),
    [
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
def test_loss_has_to_fit_the_run(typed, command, message):
    with pytest.raises(ConfigError, match=re.escape(message)):
        check_parts(load(composed(*typed, command=command)))


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
        check_parts(load(plain))
        return
    message = r"^batch_size: must be > 1 where layers with batch norm learn, got 1\. A batch of one has no variance to"
    with pytest.raises(ConfigError, match=message):
        check_parts(load(plain))


def test_views_of_images_are_refused_where_only_features_are_seen():
    typed = ("backbone=shufflenet_v2_x0_5", "backbone.weights=none", "tta=flip")
    check_parts(load(composed(*typed, "transfer=scratch", command="transfer")))
    with pytest.raises(ConfigError, match=r"^tta: needs a network that sees images, got flip; of a frozen backbone"):
        check_parts(load(composed(*typed, "head=linear", command="transfer")))
