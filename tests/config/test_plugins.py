import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.config.plugins import load_plugins
from cnnlab.networks.activations import ACTIVATIONS

SWISH = """
from torch import nn
from cnnlab.activations import ACTIVATIONS

def swish() -> nn.Module:
    '''x * sigmoid(x).'''
    return nn.SiLU()

ACTIVATIONS["swish"] = swish
"""


def test_plugin_adds_an_entry_to_a_table(tmp_path, monkeypatch):
    monkeypatch.delitem(ACTIVATIONS, "swish", raising=False)
    (tmp_path / "mine.py").write_text(SWISH)
    load_plugins([tmp_path / "mine.py"])
    assert ACTIVATIONS.pop("swish").__doc__ == "x * sigmoid(x)."


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
    with pytest.raises(ConfigError, match=r"notes\.txt' is no Python file\. Its name has to end in \.py\."):
        load_plugins([tmp_path / "notes.txt"])


def test_plugin_that_fails_says_why(tmp_path):
    (tmp_path / "broken.py").write_text("1 / 0")
    with pytest.raises(ConfigError, match=r"broken\.py' fails: ZeroDivisionError: division by zero\."):
        load_plugins([tmp_path / "broken.py"])
