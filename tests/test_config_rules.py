import pytest

from cnnlab.config import load
from cnnlab.errors import ConfigError
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
            ["epochs=2", "scheduler.warmup_epochs=3"],
            "scheduler.warmup_epochs: must be <= epochs (2), got 3.",
        ),
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
