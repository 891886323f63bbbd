import pytest
import torch

from cnnlab.base.runtime import Runtime
from cnnlab.building.learning import build_schedule
from cnnlab.building.procedures import build_parts
from cnnlab.config.run_config import Choice
from cnnlab.training.learning import AtOnce, InSteps
from cnnlab.training.schedulers import SCHEDULERS
from tests.conftest import tiny, tiny_transfer

pytestmark = pytest.mark.usefixtures("in_empty_folder")

RUNTIME = Runtime(torch.device("cpu"), "fp32", 1)


@pytest.mark.parametrize(
    ("config", "kind"),
    [
        (lambda: tiny("epochs=0"), InSteps),
        (lambda: tiny_transfer("transfer=scratch", "batch_size=16"), InSteps),
        (lambda: tiny_transfer("head=linear", "batch_size=16"), InSteps),
        (lambda: tiny_transfer("head=svm"), AtOnce),
        (lambda: tiny_transfer("head=knn"), AtOnce),
    ],
)  # zero-shot, which learns nothing, is tested with its weights in test_transfer
def test_one_field_of_the_parts_says_how_a_run_learns(config, kind):
    assert type(build_parts(config(), RUNTIME).learning) is kind


def test_what_a_training_in_steps_needs_comes_from_the_configuration():
    learning = build_parts(tiny("grad_clip_norm=0.5", "seed=3", "epochs=7", "dataset.shuffle=false"), RUNTIME).learning
    assert (learning.clipping.norm, learning.clipping.value) == (0.5, None)
    assert (learning.seed, learning.epochs, learning.shuffle, learning.average) == (3, 7, False, None)


def test_schedule_of_a_plugin_may_be_a_plain_function(monkeypatch):
    monkeypatch.setitem(SCHEDULERS, "mine", lambda total_steps, steps_per_epoch: lambda step: step / total_steps)
    schedule = build_schedule(Choice("mine"), 2, 5)
    schedule.observe(1.0)
    assert schedule(5) == 0.5
