"""The configurations of a sweep's points: whatever is composed once, they are what Hydra makes of each."""

import random

import pytest
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.types import RunMode

from cnnlab.base.errors import ConfigError
from cnnlab.cli.composed import plain_values
from cnnlab.cli.composing_points import PointComposer
from cnnlab.cli.hydra_errors import explained
from cnnlab.cli.hydra_versions import main_options
from cnnlab.config.conf_files import conf_dir

PARTS = ("optimizer=sgd", "optimizer=adam", "model=lenet", "scale=small", "experiment=optimizers", "+optimizer.new=1")
KEYS = (
    "seed", "epochs", "small", "small.epochs", "optimizer.lr", "dataset.classes", "dataset.val_fraction", "study",
    "patience",
)  # fmt: skip
VALUES = (
    "3", "-7", "1e-3", "0.5", "nan", "inf", "true", "False", "null", "word", "two words", "'3'", '"a,b"', "''", "[]",
    "[1,2]", "[a,[b,null],'x y']", "[0.9,0.999]", "{a:1}", "[{a:1}]", "${seed}", "x${seed}", r"\${seed}", "a.b/c-d",
    "1_0", "'${seed}'", "0x1", "é", "'???'", "???", "int(3.5)", "str(1)", "json_str('[1]')",
)  # fmt: skip


class Counted:
    """Hydra's loader, and how often it composed."""

    def __init__(self, loader):
        self.loader, self.num_composed = loader, 0

    def load_sweep_config(self, master, overrides):
        self.num_composed += 1
        return self.loader.load_sweep_config(master, overrides)

    def __getattr__(self, name):
        return getattr(self.loader, name)


@pytest.fixture
def loader():
    version = {key: value for key, value in main_options().items() if key == "version_base"}
    with initialize_config_dir(str(conf_dir()), **version):
        yield Counted(GlobalHydra.instance().config_loader())


def composer_of(loader, *words, config="train"):
    return PointComposer(loader, loader.load_configuration(config, list(words), RunMode.MULTIRUN))


def outcome(compose, words):
    """Return every value with its type and in its place, or what is said of a point that does not compose."""
    try:
        with explained():
            return repr(compose(words))
    except ConfigError as error:
        return error.problems


@pytest.mark.parametrize(("config", "draw"), [*(("train", draw) for draw in range(4)), ("transfer", 0)])
def test_points_of_a_random_grid_are_those_of_hydra(draw, config, loader):
    pick = random.Random(f"{draw} {config}")
    parts, keys = pick.sample(PARTS, pick.randrange(3)), pick.sample(KEYS, pick.randrange(1, 4))
    composer, master = composer_of(loader, config=config), loader.load_configuration(config, [], RunMode.MULTIRUN)
    for _ in range(12):
        words = [*parts, *(f"{key}={pick.choice(VALUES)}" for key in keys)]
        reference = outcome(lambda words: plain_values(loader.loader.load_sweep_config(master, words)), words)
        assert outcome(composer.compose, words) == reference, words


def test_grid_of_plain_keys_is_composed_once(loader):
    composer = composer_of(loader)
    plain = [composer.compose([f"seed={seed}", f"optimizer.lr=0.{seed}"]) for seed in range(1, 9)]
    assert [(own["seed"], own["optimizer"]["lr"]) for own in plain] == [(n, n / 10) for n in range(1, 9)]
    assert loader.num_composed == 1


def test_every_choice_of_parts_is_composed_once(loader):
    composer = composer_of(loader)
    for seed in range(5):
        for name in ("sgd", "adam", "momentum"):
            assert composer.compose([f"optimizer={name}", f"seed={seed}"])["optimizer"]["name"] == name
    assert loader.num_composed == 3


@pytest.mark.parametrize(
    "words",
    [
        ["scale=small", "small.epochs={}"],  # epochs follows it
        ["dataset.split_seed=${{seed}}", "seed={}"],
        ["dataset.split_seed=${{oc.select:seed}}", "seed={}"],
        ["small={{epochs:{}}}"],
        ["+new={}"],
        ["optimizer={}"],
        ["hydra.job.name={}"],
    ],
)
def test_what_changes_more_than_a_key_is_composed_each_time(words, loader):
    composer = composer_of(loader)
    for value in ("sgd", "adam"):
        composer.compose([word.format(value) for word in words])
    assert loader.num_composed == 2


def test_points_share_what_is_equal_and_change_nothing_of_each_other(loader):
    composer = composer_of(loader)
    first, second, third = (composer.compose([f"optimizer.lr={lr}"]) for lr in (1, 2, 3))
    assert [own["optimizer"]["lr"] for own in (first, second, third)] == [1, 2, 3]
    assert first["dataset"] is third["dataset"]


def test_point_that_names_no_option_is_told_as_a_run_is(loader):
    with pytest.raises(ConfigError, match=r"^preset: takes the name of an option, got null\. See: cnnlab list preset$"):
        composer_of(loader).compose(["preset=null", "seed=1"])


def test_plugins_that_no_one_typed_are_refused_in_every_point(loader):
    composer = composer_of(loader)
    for _ in range(2):
        with pytest.raises(
            ConfigError, match=r"plugins: count on the command line only\. If you trust the files, type"
        ):
            composer.compose(["plugins=[parts.py]"])


def test_run_comes_with_what_was_typed_of_it(loader):
    plain, words = composer_of(loader).run(["seed=3", "hydra.job.name=x", "optimizer=sgd"])
    assert (plain["seed"], plain["optimizer"]["name"], words) == (3, "sgd", ["seed=3", "optimizer=sgd"])
