"""The packages that write and run ONNX files: an extra, imported where it is used."""

from __future__ import annotations

import importlib
import shlex
import sys
from types import ModuleType
from typing import TYPE_CHECKING

from cnnlab.base.errors import ConfigError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

REQUIREMENTS = {"onnx": "onnx>=1.17", "onnxscript": "onnxscript>=0.5", "onnxruntime": "onnxruntime>=1.20"}
"""What is imported -> what is installed; the extra `onnx` of pyproject.toml."""


def onnx_package(name: str, where: str) -> ModuleType:
    """Return one of `REQUIREMENTS`.

    Args:
        name: of the package.
        where: what needs it, as typed.

    Raises:
        ConfigError: it is not installed; with the command that installs what goes with ONNX.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        command = shlex.join([sys.executable, "-m", "pip", "install", *REQUIREMENTS.values()])
        raise ConfigError(f"{where}: {name} is not installed ({error}). Install it: {command}") from None


def session_of(content: bytes, where: str) -> InferenceSession:
    """Return what runs a model on the CPU; `where` as of `onnx_package`.

    Raises:
        ConfigError: onnxruntime is not installed, or this is no model to it.
    """
    onnxruntime = onnx_package("onnxruntime", where)
    onnxruntime.set_default_logger_severity(3)  # errors; warnings are about its optimizer
    try:
        session: InferenceSession = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has a kind for every state, and no common one
        reason = str(error).strip().partition("\n")[0]
        raise ConfigError(f"{where}: is not a model that onnxruntime can run ({reason}). Get it again.") from error
    return session
