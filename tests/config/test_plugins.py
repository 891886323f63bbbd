import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.config.plugins import load_plugins
from cnnlab.parts import ACTIVATIONS
from tests.conftest import refusal

SWISH = """
from torch import nn
from cnnlab.parts import ACTIVATIONS

def swish() -> nn.Module:
    '''x * sigmoid(x).'''
    return nn.SiLU()

ACTIVATIONS["swish"] = swish
"""


def test_plugin_adds_an_entry_to_a_table(tmp_path):
    (tmp_path / "mine.py").write_text(SWISH)
    load_plugins([tmp_path / "mine.py"])
    assert ACTIVATIONS["swish"].__doc__ == "x * sigmoid(x)."


def test_plugin_is_run_once_per_process(tmp_path):
    log = tmp_path / "log"
    (tmp_path / "count.py").write_text(f"with open({str(log)!r}, 'a') as file: file.write('x')")
    load_plugins([tmp_path / "count.py"])
    load_plugins([tmp_path / "count.py"])
    assert log.read_text() == "x"


def test_missing_plugin_is_named():
    with pytest.raises(ConfigError, match=r"plugins: no file 'nowhere\.py'\. Give the path of a Python file\."):
        load_plugins(["nowhere.py"])


def test_file_that_is_no_python_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(ConfigError, match=r"notes\.txt' is not a Python file\. Its name has to end in \.py\."):
        load_plugins([tmp_path / "notes.txt"])


def test_plugin_that_fails_says_why(tmp_path):
    (tmp_path / "broken.py").write_text("1 / 0")
    with pytest.raises(ConfigError, match=r"broken\.py' fails: ZeroDivisionError: division by zero\."):
        load_plugins([tmp_path / "broken.py"])


@pytest.mark.parametrize(
    ("line", "reason", "place"),
    [
        ("from cnnlab.activations import ACTIVATIONS", "there is no cnnlab.activations.", "ACTIVATIONS"),
        ("import cnnlab.activations as parts", "there is no cnnlab.activations.", "ACTIVATIONS"),
        ("from cnnlab.transfer.heads import (\n    HEADS,\n    svm,\n)", "there is no cnnlab.transfer.", "HEADS"),
        ("from cnnlab.schema import Positive, PositiveInt", "there is no cnnlab.schema.", "Positive, PositiveInt"),
        ("from cnnlab import models", "cannot import name 'models' from 'cnnlab'.", "MODELS"),
    ],
)
def test_plugin_that_imports_from_where_things_were_is_told_where_they_are(tmp_path, line, reason, place):
    file = tmp_path / "mine.py"
    file.write_text(line)
    where = f"Tables and bounds are in cnnlab.parts: from cnnlab.parts import {place}"
    assert refusal(load_plugins, [file]) == f"plugins: '{file}': {reason} {where}"


def test_plugin_that_imports_what_is_in_no_table_is_told_where_the_tables_are(tmp_path):
    (tmp_path / "mine.py").write_text("import cnnlab.engine")
    with pytest.raises(ConfigError, match=r"there is no cnnlab\.engine\. Tables and bounds are in cnnlab\.parts\.$"):
        load_plugins([tmp_path / "mine.py"])


def test_plugin_that_lacks_a_module_of_its_own_says_so(tmp_path):
    (tmp_path / "mine.py").write_text("import cnnlab_of_mine")
    with pytest.raises(ConfigError, match=r"fails: ModuleNotFoundError: No module named 'cnnlab_of_mine'\.$"):
        load_plugins([tmp_path / "mine.py"])
