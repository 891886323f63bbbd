"""What is refused without torch: the same as with it, in the same words."""

import subprocess
import sys

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.config.load import load
from cnnlab.config.values import refuse
from tests.conftest import composed


def problems(check, plain):
    try:
        check(plain)
    except ConfigError as error:
        return error.problems
    return ()


@pytest.mark.parametrize(
    ("command", "overrides"),
    [
        ("train", ["optimizer.lr=-1", "seed=x", "epochs=2.5", "dataset.val_fraction=1", "precision=fp8"]),
        ("train", ["activation.name=rellu", "+model.basewidth=3", "+epochen=3", "+dataset.num_images=0"]),
        ("train", ["augmentation=random_resized_crop", "augmentation.scale=[0,1]", "optimizer.betas=[0.9]"]),
        ("transfer", ["head=svm", "head.C=0", "optimizer.lr=-1"]),
        ("transfer", ["transfer=finetune", "head=svm", "transfer.trainable_layers=-1"]),
        ("transfer", ["transfer=finetune", "optimizer.lr=0", "backbone.layer=first"]),
        ("transfer", ["transfer=zero_shot", "head=knn"]),
    ],
)
def test_without_torch_the_same_is_refused_in_the_same_words(command, overrides):
    plain = composed(*overrides, command=command)
    assert problems(refuse, plain) == problems(load, plain) != ()


@pytest.mark.parametrize("command", ["train", "transfer"])
def test_defaults_are_not_refused(command):
    assert problems(refuse, composed(command=command)) == ()


def test_names_that_a_plugin_may_bring_are_not_refused():
    assert problems(refuse, composed("activation.name=mine", "plugins=[mine.py]")) == ()


REFUSED = (
    "optimizer.lr=-1", "lr=x", "optimizer=adma", "epohcs=3", "optimizer.lrr=1", "lr=0.1,0.2", "-m seed=0,1 epochs=-1",
    "-m optimizer=sdg,adma", "model=resnet", "data=nowhere", "gpus=1", "momentum=0.9", "compare", "--epochs 3",
    "transfer head=svm head.C=0", "transfer head=svn", "transfer transfer=finetune optimizer.lr=0",
    "dataset.val_fraction=2", "precision=fp8", "batch_size=0", "list adam",
)  # fmt: skip
CODE = """
import sys
from cnnlab.cli.main import main
for line in {lines}:
    assert main(line.split()) == 2, line
    assert "torch" not in sys.modules, line
"""


def test_refusal_of_names_and_bounds_loads_no_torch(in_empty_folder):
    code = CODE.format(lines=REFUSED)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
