"""The name rule and the tables: group = conf/<group>/ = <group>s.py = TABLE = test file; YAML keys = signature."""

import dataclasses
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest
import yaml

import cnnlab
from cnnlab.base.schema import check_options, options_of
from cnnlab.config.run_config import DatasetConfig
from cnnlab.config.tables import TABLES

ROOT = Path(__file__).parents[2]
ENTRIES = [(group, name) for group, table in TABLES.items() for name in table]
PRESETS = sorted(path for group in TABLES for path in (ROOT / "conf" / group).glob("*.yaml"))
COMMON = {
    "dataset": {field.name for field in dataclasses.fields(DatasetConfig)} - {"name", "options"},
    "backbone": {"weights", "layer"},  # conf/transfer.yaml sets them for all
}


def plural(group):
    return group + ("es" if group.endswith("s") else "s")


def read(preset):
    return yaml.safe_load(preset.read_text(encoding="utf-8"))


def preset_id(path):
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("group", TABLES)
def test_group_is_a_module_with_its_table_and_a_test_file(group):
    stem = plural(group)
    modules = [m.name for m in pkgutil.walk_packages(cnnlab.__path__, "cnnlab.") if m.name.split(".")[-1] == stem]
    assert len(modules) == 1
    assert getattr(importlib.import_module(modules[0]), stem.upper()) is TABLES[group]
    assert len(list((ROOT / "tests").rglob(f"test_{stem}.py"))) == 1


@pytest.mark.parametrize("group", TABLES)
def test_table_is_the_last_thing_in_its_module(group):
    stem = plural(group)
    (path,) = [p for p in (ROOT / "src/cnnlab").rglob("*") if p.name == f"{stem}.py" or (p.is_dir() and p.name == stem)]
    source = (path if path.is_file() else path / "__init__.py").read_text(encoding="utf-8")
    last_statement = [line for line in source.splitlines() if line and line[0] not in " })]#"][-1]
    assert last_statement.startswith(f"{stem.upper()}: ")


@pytest.mark.parametrize(("group", "name"), ENTRIES)
def test_factory_has_a_docstring_of_one_line(group, name):
    text = TABLES[group][name].__doc__
    assert text
    assert "\n" not in text
    assert text.endswith(".")


@pytest.mark.parametrize(("group", "name"), ENTRIES)
def test_defaults_of_a_factory_keep_its_own_bounds(group, name):
    factory = TABLES[group][name]
    defaults = {key: p.default for key, p in options_of(factory).items() if p.default is not inspect.Parameter.empty}
    values, problems = check_options(group, name, factory, defaults)
    assert problems == []
    assert {key: type(value) for key, value in values.items()} == {key: type(v) for key, v in defaults.items()}


@pytest.mark.parametrize(("group", "name"), ENTRIES)
def test_entry_has_a_preset_of_its_name(group, name):
    assert read(ROOT / "conf" / group / f"{name}.yaml")["name"] == name


@pytest.mark.parametrize("preset", PRESETS, ids=preset_id)
def test_preset_starts_with_the_name_of_an_entry(preset):
    plain = read(preset)
    assert next(iter(plain)) == "name"
    assert plain["name"] in TABLES[preset.parent.name]


@pytest.mark.parametrize("preset", PRESETS, ids=preset_id)
def test_presets_keys_are_the_options_of_its_factory_in_their_order(preset):
    plain, group = read(preset), preset.parent.name
    own = [key for key in plain if key != "name" and key not in COMMON.get(group, ())]
    options = options_of(TABLES[group][plain["name"]])
    assert own == [key for key in options if key not in COMMON.get(group, ())]


@pytest.mark.parametrize("preset", PRESETS, ids=preset_id)
def test_presets_values_are_valid_and_already_of_their_type(preset):
    plain, group = read(preset), preset.parent.name
    own = {key: value for key, value in plain.items() if key != "name" and key not in COMMON.get(group, ())}
    values, problems = check_options(group, plain["name"], TABLES[group][plain["name"]], own)
    assert problems == []
    values = {key: value for key, value in values.items() if key not in COMMON.get(group, ())}
    assert {key: list(v) if isinstance(v, tuple) else v for key, v in values.items()} == own
    assert [type(v) for v in values.values() if not isinstance(v, tuple)] == [
        type(v) for v in own.values() if not isinstance(v, list)
    ]


@pytest.mark.parametrize("preset", [p for p in PRESETS if p.parent.name == "optimizer"], ids=preset_id)
def test_optimizer_preset_carries_its_own_learning_rate(preset):
    assert read(preset)["lr"] > 0
