from pathlib import Path

import pytest

from cnnlab.networks.transfer.transfers import TRANSFERS


def test_fine_tuning_trains_all_layers_unless_told():
    assert TRANSFERS["finetune"]().trainable_layers is None
    assert TRANSFERS["finetune"](trainable_layers=2).trainable_layers == 2


@pytest.mark.parametrize(
    ("name", "heads", "weights"),
    [("features", "all", "taken"), ("finetune", "trained", "needed"), ("scratch", "trained", "left"),
     ("zero_shot", "none", "needed")],
)  # fmt: skip
def test_procedure_says_what_it_takes(name, heads, weights):
    transfer = TRANSFERS[name]()
    assert (transfer.heads, transfer.weights) == (heads, weights)


def test_options_reach_the_description():
    assert TRANSFERS["finetune"](backbone_lr=1e-4).backbone_lr == 1e-4
    assert TRANSFERS["zero_shot"](mapping=Path("mine.yaml")).mapping == Path("mine.yaml")
