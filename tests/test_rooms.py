"""The house: what its rooms say of themselves, what they load, where their tests are, and how large things may grow.

The rules of import are held by import-linter (scripts/check). It counts imports inside functions as well, so what a
room loads when it is imported is asked of an interpreter here.
"""

import ast
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import cnnlab

SRC = Path(cnnlab.__file__).parent
TESTS = Path(__file__).parent
ROOMS = sorted(path.parent.name for path in SRC.glob("*/__init__.py"))
FILES = sorted(SRC.rglob("*.py"))
WITHOUT_TESTS = {
    "base/progress": "a type",
    "base/version": "a number",
    "building/supplies": "a type",
    "cli/hydra_versions": "whatever composes a configuration goes through it",
    "config/roles": "names and types",
    "data/held_out": "two numbers",
    "data/storage": "a type",
    "networks/transfer/backbone_request": "a type",
    "outputs/workers": "a type",
    "runs/cost": "a type",
    "runs/inspecting/findings": "types",
    "runs/outcome": "a type",
    "sweeps/cluster/orders": "types",
    **{
        f"runs/tracking/{name}": "read back with its library, in test_trackers"
        for name in ("following", "mlflow", "tensorboard", "tracker", "trackio", "wandb")
    },
}
OF_THE_WHOLE = {
    "test_claims.py": "scripts/claims.py",
    "test_cuda.py": "whole commands on a GPU",
    "test_docs.py": "the pages of docs/",
    "test_examples.py": "the notebooks of examples/",
    "test_packaging.py": "pyproject.toml and what stands beside it",
    "test_readme.py": "the commands of the README",
    "test_real_data.py": "image folders, from files to the summary",
    "test_rooms.py": "the house",
    "test_site.py": "the site of docs/",
    "test_studies.py": "conf/experiment",
    "test_transfer.py": "cnnlab transfer, as installed",
    "sweeps/test_several_machines.py": "sweeps of two machines that share a folder",
    "comparison/test_page_in_browser.py": "what page, templates and scripts are together",
    "runs/inspecting/test_page_in_browser.py": "the same of a run",
}
WITHOUT_TORCH = ("outputs", "plots", "webpage", "comparison", "sweeps", "cli", "api")


def test_rooms_are_the_fifteen():
    names = "api, base, building, cli, comparison, config, data, networks, outputs, plots, runs, surveys, sweeps"
    assert ", ".join(ROOMS) == f"{names}, training, webpage"


@pytest.mark.parametrize("room", ROOMS)
def test_room_says_in_ten_to_25_lines_what_lives_there_and_what_it_never_knows(room):
    text = importlib.import_module(f"cnnlab.{room}").__doc__
    assert 10 <= len(text.strip().splitlines()) <= 25
    assert "import" in text
    assert "never" in text.lower()


@pytest.mark.parametrize("room", ROOMS)
def test_room_names_all_that_lives_there(room):
    here = [path for path in (SRC / room).iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()]
    text = importlib.import_module(f"cnnlab.{room}").__doc__
    assert [path.stem for path in here if path.stem != "__init__" and not re.search(rf"\b{path.stem}\b", text)] == []


def test_these_rooms_and_the_hydra_plugins_load_no_torch_when_all_of_them_is_imported():
    plugins = (f"hydra_plugins.{path.name}" for path in SRC.with_name("hydra_plugins").glob("cnnlab_*"))
    modules = ["cnnlab", "cnnlab.config.conf_files", *plugins]
    for room in WITHOUT_TORCH:
        modules += [f"cnnlab.{room}", *(m.name for m in pkgutil.walk_packages([str(SRC / room)], f"cnnlab.{room}."))]
    code = (
        f"import importlib, sys\nfor name in {modules}:\n    importlib.import_module(name)\n"
        "    if 'torch' in sys.modules: sys.exit(f'{name} loads torch')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_module_has_a_test_file_of_its_name_in_the_same_room():
    modules = [path.relative_to(SRC).with_suffix("") for path in FILES if not path.stem.startswith("__")]
    missing = [module for module in modules if not (TESTS / module.parent / f"test_{module.name}.py").is_file()]
    assert {module.as_posix() for module in missing} == WITHOUT_TESTS.keys()


def test_every_test_file_has_its_module():
    homeless = [path.relative_to(TESTS) for path in TESTS.rglob("test_*.py") if not has_source(path)]
    assert {path.as_posix() for path in homeless} == OF_THE_WHOLE.keys()


def has_source(path):
    """Tell whether what a test file is called after is there: a module, the package it lies in, or a plugin."""
    folder, name = path.parent.relative_to(TESTS), path.stem.removeprefix("test_")
    package = SRC / folder / "__init__.py"
    plugin = SRC.parent / folder / name / "__init__.py"
    return (SRC / folder / f"{name}.py").is_file() or (folder.name == name and package.is_file()) or plugin.is_file()


def test_no_test_imports_from_a_test_file():
    found = [path.relative_to(TESTS).as_posix() for path in TESTS.rglob("*.py") if any(map(is_test, imported(path)))]
    assert found == []


def imported(path):
    """Yield the dotted names that a file imports, those inside functions as well."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_test(name):
    return name.startswith("tests.") and ".test_" in name


def test_module_has_at_most_300_lines():
    lengths = {str(path.relative_to(SRC)): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {name: length for name, length in lengths.items() if length > 300} == {}


def lines_of_code(function):
    """Count the lines of a function's body on which something stands, its docstring apart."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return len({line for statement in body for line in range(statement.lineno, statement.end_lineno + 1)})


def test_function_has_at_most_40_lines_of_code_unless_it_is_the_loop():
    long = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name not in ("fit", "run") and lines_of_code(node) > 40:
                long.append(f"{path.relative_to(SRC)}:{node.name} {lines_of_code(node)}")
    assert long == []
