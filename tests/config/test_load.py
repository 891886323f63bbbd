import re
import subprocess
import sys

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.config.conf_files import conf_dir, read_options, read_values
from cnnlab.config.identity import run_id
from cnnlab.config.load import load, load_saved
from cnnlab.config.options import groups
from cnnlab.config.run_config import Choice, RunConfig, to_plain
from cnnlab.config.tables import TABLES
from cnnlab.networks.transfer.heads import HEADS, is_trained
from tests.conftest import composed


def problems(*overrides):
    with pytest.raises(ConfigError, match=r"\S") as caught:
        load(composed(*overrides))
    return list(caught.value.problems)


def test_default_configuration_loads():
    config = load(composed())
    assert config.optimizer == Choice("adam", {"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-08, "weight_decay": 0.0})
    assert config.dataset.name == "digits"


def test_values_take_the_types_of_their_fields():
    config = load(composed("optimizer.lr=1", "max_minutes=2", "dataset.classes=[3,5]"))
    assert repr(config.optimizer.options["lr"]) == "1.0"
    assert repr(config.max_minutes) == "2.0"
    assert config.dataset.classes == ("3", "5")


def test_classes_are_a_list_or_a_number():
    assert load(composed()).dataset.classes is None
    config = load(composed("dataset.classes=5"))
    assert config.dataset.classes == 5
    assert load(to_plain(config)) == config


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["optimizer.lr=-0.1"], "optimizer.lr: must be > 0, got -0.1."),
        (["optimizer.lr=inf"], "optimizer.lr: must be a finite number, got inf."),
        (["stop_below_loss=nan"], "stop_below_loss: must be a finite number, got nan (null turns it off)."),
        (["min_delta=inf"], "min_delta: must be a finite number, got inf."),
        (["max_minutes=inf"], "max_minutes: must be a finite number, got inf (null turns it off)."),
        (
            ["activation=leaky_relu", "activation.negative_slope=inf"],
            "activation.negative_slope: must be a finite number, got inf.",
        ),
        (
            ["dataset.image_size=100000"],
            "dataset.image_size: must be in 1 to 16384, got 100000 (null turns it off).",
        ),
        (["optimizer.lr=fast"], "optimizer.lr: must be a number, got 'fast'."),
        (["optimizer.betas=[0.9]"], "optimizer.betas: must be a list of 2, got [0.9]."),
        (["optimizer.betas=[0.9,1]"], "optimizer.betas: must be in [0, 1), got 1."),
        (["epochs=2.5"], "epochs: must be a whole number, got 2.5."),
        (["epochs=-1"], "epochs: must be >= 0, got -1."),
        (["seed=-1"], "seed: must be >= 0, got -1."),
        (["batch_size=0"], "batch_size: must be > 0, got 0."),
        (["patience=0"], "patience: must be > 0, got 0 (null turns it off)."),
        (["precision=fp8"], "precision: unknown 'fp8'. Did you mean 'fp32'? Known: auto, bf16, fp32."),
        (["ema=1"], "ema: must be in [0, 1), got 1 (null turns it off)."),
        (["ema=0.9", "lookahead=5"], "lookahead: cannot be combined with ema=0.9. Set one of the two to null."),
        (["lookahead_part=0.5"], "lookahead_part: goes with lookahead, got 0.5 alone. Give lookahead=5 too."),
        (["watch_test=maybe"], "watch_test: must be true or false, got 'maybe'."),
        (["dataset.val_fraction=1"], "dataset.val_fraction: must be in [0, 1), got 1."),
        (["dataset.classes=1"], "dataset.classes: must be >= 2, got 1 (null turns it off)."),
        (["dataset.classes=2.5"], "dataset.classes: must be a whole number, got 2.5 (null turns it off)."),
        (["dataset.fraction=0"], "dataset.fraction: must be in (0, 1], got 0 (null turns it off)."),
        (["dataset.split_seed=sed"], "dataset.split_seed: must be a whole number, got 'sed' (or seed)."),
        (["dataset.folds=1"], "dataset.folds: must be in 2 to 20, got 1 (null turns it off)."),
        (["dataset.folds=5", "dataset.fold=0"], "dataset.fold: must be > 0, got 0 (null turns it off)."),
        (["model.width=0"], "model.width: must be > 0, got 0."),
        (
            ["activation.name=rellu"],
            "activation.name: unknown 'rellu'. Did you mean 'relu'? "
            "Known: elu, gelu, hardswish, identity, leaky_relu, mish, prelu, relu, ",
        ),
        (
            ["model=resnet18", "+model.basewidth=3"],
            "model (resnet18): unexpected 'basewidth'. It takes: dropout, stem, width. Did you mean 'width'?",
        ),
        (["+epochen=3"], "epochen: unknown key. Did you mean 'epochs'? Known: activation, "),
    ],
)
def test_wrong_value_is_named_with_its_key_and_what_to_do(overrides, message):
    (problem,) = problems(*overrides)
    assert problem.startswith(message)


def test_all_problems_come_in_one_message():
    found = problems("optimizer.lr=-1", "epochs=x", "dataset.per_class=0", "loss.label_smoothing=2")
    assert sorted(problem.split(":")[0] for problem in found) == [
        "dataset.per_class", "epochs", "loss.label_smoothing", "optimizer.lr",
    ]  # fmt: skip


def test_name_that_is_no_text_is_unknown():
    (problem,) = problems("activation.name=[relu]")
    assert problem.startswith("activation.name: unknown '['relu']'.")


def test_part_that_is_missing_is_named():
    plain = composed()
    del plain["optimizer"]
    with pytest.raises(
        ConfigError, match=re.escape("optimizer: must be one of adadelta, adagrad, adam, adamw, momentum, ")
    ):
        load(plain)


def test_default_parts():
    config = load(composed())
    chosen = {group: getattr(config, group) for group in TABLES}
    assert {group: choice.name for group, choice in chosen.items() if choice is not None} == {
        "dataset": "digits", "augmentation": "none", "model": "cnn6", "normalization": "batch", "activation": "relu",
        "loss": "cross_entropy", "optimizer": "adam", "scheduler": "cosine",
    }  # fmt: skip


def choices():
    """Yield what each command composes, with each option of each group in turn, as plain values."""
    for command in ("train", "transfer"):
        plain = composed(command=command)
        yield command, plain
        for group in groups():
            if plain.get(group) is not None or (command == "transfer" and group in ("head", "transfer")):
                for option in read_options(group, [conf_dir()]):
                    name = read_values(conf_dir() / group / f"{option.name}.yaml").get("name", option.name)
                    common = plain[group] if group == "dataset" else {}
                    yield f"{command} {group}={option.name}", plain | {group: {**common, "name": name, **option.values}}


def test_every_option_is_loaded_without_torch_as_by_the_tables(monkeypatch):
    monkeypatch.setattr("cnnlab.data.image_folders.content.content_hash", lambda *_, **__: "0" * 16)
    composed_plain = dict(choices())
    loaded = {typed: outcome(plain) for typed, plain in composed_plain.items()}
    tables = TABLES, lambda name: is_trained(name) if name in HEADS else None
    monkeypatch.setattr("cnnlab.config.load._tables", lambda _: tables)
    for typed, plain in composed_plain.items():
        assert outcome(plain) == loaded[typed], typed
    assert len([each for each in loaded.values() if isinstance(each[0], RunConfig)]) > 150


def outcome(plain):
    """Return a loaded configuration and its id, or why there are none."""
    try:
        config = load(plain)
        return config, repr(config), run_id(config)
    except ConfigError as error:
        return error.problems


CODE = """
import sys
from cnnlab.config.identity import run_id
from cnnlab.config.load import load
print(run_id(load({plain})), "torch" in sys.modules)
"""


def test_loading_and_naming_a_run_loads_no_torch():
    plain = composed("augmentation=flip_crop", "loss=cross_entropy_triplet", "scheduler=plateau")
    done = subprocess.run([sys.executable, "-c", CODE.format(plain=plain)], capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr) == (f"{run_id(load(plain))} False\n", "")


def test_own_images_get_a_size_where_nothing_else_gives_them_one():
    own = ("dataset=image_folder", "dataset.root=x")
    assert load(composed(*own)).dataset.image_size == 64
    assert load(composed(*own, "dataset.image_size=32")).dataset.image_size == 32
    assert load(composed(*own, command="transfer")).dataset.image_size is None
    assert load(composed("dataset=dogs_vs_cats")).dataset.image_size is None


def test_saved_run_keeps_the_size_that_it_was_trained_with():
    assert load_saved(composed("dataset=image_folder", "dataset.root=x")).dataset.image_size is None
