import re
import sys

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.runs.exporting.onnx_packages import REQUIREMENTS, onnx_package, session_of
from tests.pages import ROOT


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_package_that_is_missing_is_told_with_the_command_that_installs_all(name, monkeypatch):
    monkeypatch.setitem(sys.modules, name, None)
    packages = "'onnx>=1\\.17' 'onnxscript>=0\\.5' 'onnxruntime>=1\\.20'"
    message = (
        rf"^--format onnx: {name} is not installed \(.+\)\. Install it: {re.escape(sys.executable)} -m pip install "
    )
    with pytest.raises(ConfigError, match=rf"{message}{packages}$"):
        onnx_package(name, "--format onnx")


def test_extra_is_what_the_message_installs():
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    (extra,) = [line for line in lines if line.startswith("onnx = ")]
    assert re.findall(r'"(.+?)"', extra) == list(REQUIREMENTS.values())


def test_what_is_no_model_is_told():
    with pytest.raises(
        ConfigError, match=r"^run: 'a\.onnx': is not a model that onnxruntime can run \(.+\)\. Get it again\.$"
    ):
        session_of(b"no model", "run: 'a.onnx'")
