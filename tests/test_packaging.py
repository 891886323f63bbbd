"""What the package says of itself: version, extras, versions of Python."""

import importlib
import re
import types
from pathlib import Path

import pytest

import cnnlab
from tests.pages import DOCS, README, ROOT

PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
OF_DEVELOPERS = {"all", "bench", "docs", "test"}


def test_version_is_the_same_wherever_it_stands():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    found = re.findall(r'^version(?: =|:) "?([\w.]+)"?$', f"{PYPROJECT}\n{citation}", re.MULTILINE)
    assert found == [cnnlab.__version__] * 2


def test_extra_all_is_every_extra_that_users_may_want():
    section = PYPROJECT.partition("[project.optional-dependencies]\n")[2].partition("\n[")[0]
    extras = set(re.findall(r"^(\w+) = \[", section, re.MULTILINE))
    (named,) = re.findall(r'^all = \["cnnlab\[([\w,]+)\]"\]', section, re.MULTILINE)
    assert set(named.split(",")) == extras - OF_DEVELOPERS


def test_pages_name_the_versions_of_python_that_are_declared():
    declared = re.findall(r"Python :: (3\.\d+)", PYPROJECT)
    assert f'requires-python = ">={declared[0]}"' in PYPROJECT
    for page in (README, DOCS / "getting_started.md"):
        assert f"Python {declared[0]} to {declared[-1]}" in page.read_text(encoding="utf-8")


PLUGINS = sorted(path.name for path in Path(cnnlab.__file__).parents[1].glob("hydra_plugins/cnnlab_*"))


@pytest.mark.parametrize("name", PLUGINS)
def test_plugins_hold_nothing_that_python_3_10_takes_for_a_class(name):
    """Hydra asks of each class in a plugin whether it is one; of `dict[str, Any]` that is an error there."""
    names = vars(importlib.import_module(f"hydra_plugins.{name}"))
    assert [name for name, value in names.items() if isinstance(value, types.GenericAlias)] == []
