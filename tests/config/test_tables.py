"""The name rule and the tables: group = conf/<group>/ = <group>s.py = TABLE = test file; YAML keys = signature."""

import dataclasses
import functools
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
COMMON = {
    "dataset": {field.name for field in dataclasses.fields(DatasetConfig)} - {"name", "options"},
    "backbone": {"weights", "layer"},  # conf/transfer.yaml sets them for all
}


def plural(group):
    return group + ("es" if group.endswith("s") else "s")


def presets(group):
    return sorted((ROOT / "conf" / group).glob("*.yaml"))


@functools.cache
def read(preset):
    return yaml.safe_load(preset.read_text(encoding="utf-8"))


of_group = pytest.mark.parametrize("group", TABLES)


@of_group
def test_group_is_a_module_with_its_table_and_a_test_file(group):
    stem = plural(group)
    modules = [m.name for m in pkgutil.walk_packages(cnnlab.__path__, "cnnlab.") if m.name.split(".")[-1] == stem]
    assert len(modules) == 1
    assert getattr(importlib.import_module(modules[0]), stem.upper()) is TABLES[group]
    assert len(list((ROOT / "tests").rglob(f"test_{stem}.py"))) == 1


@of_group
def test_table_is_the_last_thing_in_its_module(group):
    stem = plural(group)
    (path,) = [p for p in (ROOT / "src/cnnlab").rglob("*") if p.name == f"{stem}.py" or (p.is_dir() and p.name == stem)]
    source = (path if path.is_file() else path / "__init__.py").read_text(encoding="utf-8")
    last_statement = [line for line in source.splitlines() if line and line[0] not in " })]#"][-1]
    assert last_statement.startswith(f"{stem.upper()}: ")


@of_group
def test_factory_has_a_docstring_of_one_line(group):
    for name, factory in TABLES[group].items():
        text = factory.__doc__
        assert text, name
        assert "\n" not in text, name
        assert text.endswith("."), name


@of_group
def test_defaults_of_a_factory_keep_its_own_bounds(group):
    for name, factory in TABLES[group].items():
        options = options_of(factory).items()
        defaults = {key: p.default for key, p in options if p.default is not inspect.Parameter.empty}
        values, problems = check_options(group, name, factory, defaults)
        assert problems == []
        kinds = [{key: type(value) for key, value in each.items()} for each in (values, defaults)]
        assert kinds[0] == kinds[1], name


@of_group
def test_entry_has_a_preset_of_its_name(group):
    folder = ROOT / "conf" / group
    assert [read(folder / f"{name}.yaml")["name"] for name in TABLES[group]] == list(TABLES[group])


@of_group
def test_preset_of_an_entry_has_the_defaults_of_its_factory(group):
    for name, factory in TABLES[group].items():
        preset = read(ROOT / "conf" / group / f"{name}.yaml")
        options = options_of(factory)
        given = {key: value for key, value in preset.items() if key in options}
        values, _ = check_options(group, name, factory, given)  # what has no default may be missing
        defaults = {key: options[key].default for key in given if options[key].default is not inspect.Parameter.empty}
        assert {key: values[key] for key in defaults} == defaults, name


@of_group
def test_preset_starts_with_the_name_of_an_entry(group):
    for preset in presets(group):
        plain = read(preset)
        assert next(iter(plain)) == "name", preset
        assert plain["name"] in TABLES[group], preset


@of_group
def test_presets_keys_are_the_options_of_its_factory_in_their_order(group):
    for preset in presets(group):
        plain = read(preset)
        own = [key for key in plain if key != "name" and key not in COMMON.get(group, ())]
        options = options_of(TABLES[group][plain["name"]])
        assert own == [key for key in options if key not in COMMON.get(group, ())], preset


@of_group
def test_presets_values_are_valid_and_already_of_their_type(group):
    for preset in presets(group):
        plain = read(preset)
        own = {key: value for key, value in plain.items() if key != "name" and key not in COMMON.get(group, ())}
        values, problems = check_options(group, plain["name"], TABLES[group][plain["name"]], own)
        assert problems == [], preset
        values = {key: value for key, value in values.items() if key not in COMMON.get(group, ())}
        assert {key: list(v) if isinstance(v, tuple) else v for key, v in values.items()} == own, preset
        kinds = [type(v) for v in values.values() if not isinstance(v, tuple)]
        assert kinds == [type(v) for v in own.values() if not isinstance(v, list)], preset


def test_optimizer_preset_carries_its_own_learning_rate():
    assert all(read(preset)["lr"] > 0 for preset in presets("optimizer"))
