"""What makes a run: its keys are those of conf/, and it survives YAML."""

import dataclasses
from pathlib import Path

import pytest
import yaml

from cnnlab.config.conf_files import conf_dir
from cnnlab.config.load import load
from cnnlab.config.run_config import DatasetConfig, RunConfig, cache_dir, size_keys, to_plain, with_whole_paths
from cnnlab.config.tables import TABLES
from tests.conftest import composed, tiny


def test_common_yaml_has_every_key_that_is_no_group_with_its_default():
    common = yaml.safe_load((conf_dir() / "common.yaml").read_text())
    del common["dataset"], common["small"], common["half"]  # read by conf/scale/, a run knows nothing of them
    fields = [field for field in dataclasses.fields(RunConfig) if field.name not in {*TABLES, "small", "half"}]
    plain = {field.name: field.default for field in fields}
    plain |= {
        "data_dir": str(RunConfig.data_dir),
        **{key: list(getattr(RunConfig, key)) for key in ("plugins", "tags", "tracker")},
    }
    assert common == plain


def test_common_yaml_has_every_key_that_all_data_sets_take_with_its_default():
    common = yaml.safe_load((conf_dir() / "common.yaml").read_text())["dataset"]
    fields = [field for field in dataclasses.fields(DatasetConfig) if field.name not in ("name", "options")]
    assert common == {field.name: field.default for field in fields}


@pytest.mark.parametrize(
    ("command", "absent"),
    [
        ("train", {"backbone", "head", "transfer"}),
        ("transfer", {"model", "normalization", "activation", "head", "transfer"}),  # the last two follow from others
    ],
)
def test_composed_configuration_has_exactly_the_keys_of_the_schema(command, absent):
    plain = composed(command=command)
    assert plain.keys() == {field.name for field in dataclasses.fields(RunConfig)} - absent
    assert load(plain).command == command


def test_loaded_configuration_survives_yaml():
    config = load(composed("optimizer=adam", "dataset=synthetic", "plugins=[a.py]", "grad_clip_norm=0.5"))
    assert load(yaml.safe_load(yaml.safe_dump(to_plain(config)))) == config


def test_steps_of_a_chain_survive_yaml():
    config = load(composed("augmentation=chain", "augmentation.steps=[{name:affine,scale:[0.5,2]},cutmix]"))
    assert load(yaml.safe_load(yaml.safe_dump(to_plain(config)))) == config


def test_configuration_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError, match="seed"):
        load(composed()).seed = 1


def test_keys_of_size_are_those_that_model_and_data_set_have_with_their_values():
    wanted = ("dataset.image_size", "model.width", "model.depth", "dataset.num_images", "batch_size")
    assert size_keys(load(composed("model.width=0.5", "dataset=synthetic", "dataset.num_images=50")), *wanted) == [
        "dataset.image_size", "model.width (0.5)", "dataset.num_images (50)", "batch_size (64)",
    ]  # fmt: skip


def test_cache_lies_where_the_system_says(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_dir(tiny()) == tmp_path / "cnnlab"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_dir(tiny()) == tmp_path / ".cache" / "cnnlab"
    assert cache_dir(tiny("cache_dir=here")) == Path("here")


def test_user_without_a_home_has_the_cache_beside_the_data(monkeypatch):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert cache_dir(load(composed("data_dir=of_mine"))) == Path("of_mine/cache")


def test_whole_paths_mean_the_same_in_every_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    config = load(composed("dataset=image_folder", "dataset.root=images", "plugins=[a.py]", "cache_dir=/c"))
    whole = with_whole_paths(config)
    assert whole.dataset.options["root"] == tmp_path / "images"
    assert (whole.plugins, whole.data_dir, whole.cache_dir) == ((tmp_path / "a.py",), tmp_path / "data", Path("/c"))
    assert with_whole_paths(whole) == whole
