"""What is said of each value: by the tables or by what stands in for them, the same in the same words."""

import subprocess
import sys

import pytest

from cnnlab.config.stand_ins import head_is_trained, stand_ins
from cnnlab.config.tables import TABLES
from cnnlab.config.values import check_values
from cnnlab.networks.transfer.heads import HEADS, is_trained
from tests.conftest import composed


def by_stand_ins(plain):
    return repr(check_values(plain, stand_ins(), head_is_trained))


def by_tables(plain):
    return repr(check_values(plain, TABLES, lambda name: is_trained(name) if name in HEADS else None))


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
        ("transfer", ["+head.name=unknown"]),
    ],
)
def test_the_same_is_refused_in_the_same_words(command, overrides):
    plain = composed(*overrides, command=command)
    assert by_stand_ins(plain) == by_tables(plain)
    assert check_values(plain, stand_ins(), head_is_trained)[1] != []


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
