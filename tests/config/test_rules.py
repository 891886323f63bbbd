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
            "dataset.fold: needs dataset.folds, the number of folds, got dataset.fold=2 alone. Give both.",
        ),
        (["dataset.folds=5", "dataset.fold=6"], "dataset.fold: must be <= dataset.folds (5), got 6."),
        (
            ["epochs=2", "scheduler.warmup_epochs=3"],
            "scheduler.warmup_epochs: must be <= epochs (2), got 3.",
        ),
        (["normalize=backbone"], "normalize: backbone is for cnnlab transfer, a model has none. Use dataset"),
        (["arm=adam"], "arm: chooses among the named arms of a sweep, got adam. A sweep needs -m."),
        (["until=decided"], "until: steers a sweep, got decided. A sweep needs -m."),
        (["untuned=false"], "untuned: steers a sweep, got false. A sweep needs -m."),
        (["max_hours=2"], "max_hours: steers a sweep, got 2. A sweep needs -m."),
        (
            ["dataset.classes=[cat,dog]", "dataset.binary=dgo"],
            "dataset.binary: unknown class 'dgo'. Did you mean 'dog'? Known: cat, dog.",
        ),
    ],
)
def test_fields_that_do_not_go_together_are_named_with_what_to_do(overrides, message):
    with pytest.raises(ConfigError, match=r"\S") as caught:
        load(composed(*overrides))
    (problem,) = caught.value.problems
    assert problem.startswith(message)


def test_reported_figures_have_to_be_figures():
    with pytest.raises(ConfigError, match=r"^reported\.plain: must be figures, such as .*, got 91\.2\.$"):
        load(composed("reported={plain: 91.2}"))


def test_reported_figures_of_any_arm_are_taken():
    assert load(composed("reported={plain: {test_accuracy: 0.9}}")).reported == {"plain": {"test_accuracy": 0.9}}
