import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.building.learning import build_schedule
from cnnlab.config.run_config import Choice
from cnnlab.networks.normalizations import norm_biases
from cnnlab.training.learning import AtOnce, InSteps
from cnnlab.training.optimizers import OPTIMIZERS
from cnnlab.training.schedulers import SCHEDULERS
from tests.conftest import built, tiny, tiny_transfer

pytestmark = pytest.mark.usefixtures("in_empty_folder")


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
    assert type(built(config()).learning) is kind


def test_what_a_training_in_steps_needs_comes_from_the_configuration():
    learning = built(tiny("grad_clip_norm=0.5", "seed=3", "epochs=7", "dataset.shuffle=false")).learning
    assert (learning.clipping.norm, learning.clipping.value) == (0.5, None)
    assert (learning.seed, learning.epochs, learning.shuffle, learning.average) == (3, 7, False, None)


def test_decoupled_decay_of_faster_biases_stays_as_large():
    words = ("optimizer=nesterov", "optimizer.weight_decay=0.02", "optimizer.decoupled=true", "norm_bias_lr=64")
    slow, fast = built(tiny(*words)).learning.optimizer.param_groups
    assert (fast["lr"], fast["lr"] * fast["decay"]) == (64 * slow["lr"], pytest.approx(slow["lr"] * slow["decay"]))
    assert (slow["decay"], slow["weight_decay"]) == (0.02, 0)


def test_a_network_for_one_size_of_images_refuses_to_begin_with_smaller_ones():
    words = ("dataset.image_size=32", "progressive_size=0.5")
    with pytest.raises(
        ConfigError, match=r"progressive_size: begins at 16x16 pixels, and this network takes no others"
    ):
        built(tiny("model=lenet", *words))
    growth = built(tiny("model=resnet18", "batch_size=16", *words)).learning.growth
    assert growth.size(0, 32) == 16


@pytest.mark.parametrize("optimizer", sorted(OPTIMIZERS))
def test_biases_of_normalizations_learn_faster_and_decay_as_the_others(optimizer):
    decay = "optimizer.weight_decay=0.02"
    parts = built(tiny(f"optimizer={optimizer}", decay, "norm_bias_lr=64", "model=resnet18", "batch_size=16"))
    biases = norm_biases(parts.network)
    slow, fast = [], []
    for group in parts.learning.optimizer.param_groups:
        is_fast = any(p is bias for p in group["params"] for bias in biases)
        (fast if is_fast else slow).append(group)
    assert sum(len(group["params"]) for group in fast) == len(biases)
    (rate,) = {group["lr"] for group in slow}
    assert {group["lr"] for group in fast} == {64 * rate}
    assert {group["lr"] * group["weight_decay"] for group in fast} == {rate * 0.02}


def test_schedule_of_a_plugin_may_be_a_plain_function(monkeypatch):
    monkeypatch.setitem(SCHEDULERS, "mine", lambda total_steps, steps_per_epoch: lambda step: step / total_steps)
    schedule = build_schedule(Choice("mine"), 2, 5)
    schedule.observe(1.0)
    assert schedule(5) == 0.5
