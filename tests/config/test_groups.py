import re

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.config.load import load
from tests.conftest import composed


def loaded(*overrides):
    return load(composed("backbone.weights=none", *overrides, command="transfer"))


@pytest.mark.parametrize(
    ("typed", "procedure", "head"),
    [
        ((), "features", "svm"),
        (("head=knn",), "features", "knn"),
        (("head=linear",), "features", "linear"),
        (("transfer=features",), "features", "svm"),
        (("transfer=scratch",), "scratch", "linear"),
        (("transfer=finetune", "backbone.weights=imagenet"), "finetune", "linear"),
        (("transfer=zero_shot", "backbone.weights=imagenet"), "zero_shot", None),
    ],
)
def test_what_is_not_given_follows_from_what_is(typed, procedure, head):
    config = load(composed(*typed, command="transfer"))
    assert config.chosen("transfer").name == procedure
    assert head == (config.head and config.head.name)


@pytest.mark.parametrize(
    ("config", "learns"),
    [
        (lambda: load(composed("epochs=0")), "in steps"),
        (lambda: loaded("head=linear"), "in steps"),
        (lambda: loaded("transfer=scratch"), "in steps"),
        (lambda: loaded("head=svm"), "at once"),
        (lambda: loaded("transfer=zero_shot", "backbone.weights=imagenet"), "nothing"),
    ],
)
def test_configuration_says_how_its_run_learns(config, learns):
    assert config().learns == learns


@pytest.mark.parametrize(
    ("typed", "absent", "epochs"),
    [
        (("head=svm",), {"augmentation", "loss", "optimizer", "scheduler"}, 1),
        (("head=linear",), {"augmentation"}, 10),
        (("transfer=scratch",), set(), 10),
        (("transfer=zero_shot", "backbone.weights=x"), {"augmentation", "loss", "optimizer", "scheduler", "head"}, 0),
    ],
)
def test_groups_that_take_no_part_are_none(typed, absent, epochs):
    config = load(composed(*typed, command="transfer"))
    of_transfer = ("augmentation", "loss", "optimizer", "scheduler", "head")
    assert {group for group in of_transfer if getattr(config, group) is None} == absent
    assert (config.model, config.normalization, config.activation) == (None, None, None)
    assert config.epochs == epochs


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (
            ("transfer=scratch", "head=svm"),
            "head: transfer=scratch takes one that is trained in steps, such as linear. Got svm.",
        ),
        (
            ("transfer=zero_shot", "head=svm", "backbone.weights=imagenet"),
            "head: transfer=zero_shot takes none, the network has its own. Got svm.",
        ),
        (
            ("augmentation=flip_crop",),
            "augmentation: has no effect with transfer=features, where each image passes the backbone once. "
            "Use augmentation=none, or transfer=finetune.",
        ),
        (
            ("progressive_size=0.5",),
            "progressive_size: needs a network that learns on images, got transfer=features. Take transfer=finetune.",
        ),
        (
            ("transfer=finetune",),
            "backbone.weights: transfer=finetune needs some, got none. Use transfer=scratch to train random ones.",
        ),
        (("transfer=zero_shot",), "backbone.weights: transfer=zero_shot needs some, got none."),
        (
            ("transfer=zero_shot", "backbone=run", "backbone.weights=x"),
            "backbone: transfer=zero_shot needs a network that tells ImageNet's classes apart, got run.",
        ),
        (("normalize=dataset", "head.C=-1", "head=svm"), "head.C: must be > 0, got -1."),
        (
            ("transfer=finetune", "backbone.weights=x", "transfer.trainable_layers=-1"),
            "transfer.trainable_layers: must be >= 0, got -1 (or all).",
        ),
    ],
)
def test_what_cannot_go_together_is_refused(typed, message):
    given = typed if any("weights" in text for text in typed) else ("backbone.weights=none", *typed)
    with pytest.raises(ConfigError, match=re.escape(message)):
        load(composed(*given, command="transfer"))


@pytest.mark.parametrize("procedure", ["features", "finetune", "scratch"])
def test_unknown_head_names_the_nearest_whatever_the_procedure(procedure):  # of a preset of one's own, or a plugin's
    plain = composed(f"transfer={procedure}", "head=linear", command="transfer")
    plain["head"] = {"name": "lineer"}
    with pytest.raises(
        ConfigError, match=r"^head\.name: unknown 'lineer'\. Did you mean 'linear'\? Known: knn, linear,"
    ):
        load(plain)


@pytest.mark.parametrize(
    ("group", "chosen", "message"),
    [
        ("head", "svm", r"^head: must be one of knn, linear, logistic, svm, svm_binary, got svm\.$"),
        ("head", {"C": 1.0}, r"^head: must be one of knn, linear, logistic, svm, svm_binary, got {'C': 1\.0}\.$"),
        ("head", {"name": ["svm"]}, r"^head\.name: unknown '\['svm'\]'\."),
        ("transfer", "scratch", r"^transfer: must be one of features, finetune, scratch, zero_shot, got scratch\.$"),
        ("transfer", {"name": "scrach"}, r"^transfer\.name: unknown 'scrach'\. Did you mean 'scratch'\?"),
        ("backbone", {"name": "resnet19"}, r"^backbone\.name: unknown 'resnet19'\. Did you mean 'resnet18'\?"),
        ("backbone", "resnet18", r"^backbone: must be one of alexnet, .*, got resnet18\.$"),
    ],
)
def test_choice_that_is_in_no_table_is_told(group, chosen, message):
    plain = composed("head=svm", command="transfer") | {group: chosen}
    with pytest.raises(ConfigError, match=message):
        load(plain)


@pytest.mark.parametrize("group", ["loss", "augmentation", "optimizer", "scheduler"])
def test_unknown_part_of_a_training_is_told(group):
    plain = composed("transfer=scratch", command="transfer") | {group: {"name": "nothing"}}
    with pytest.raises(ConfigError, match=rf"^{group}\.name: unknown 'nothing'\."):
        load(plain)
