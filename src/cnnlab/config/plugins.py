"""Files given with `plugins=[my_parts.py]`: they add entries to the tables and are trusted like code."""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

from cnnlab.base.errors import ConfigError
from cnnlab.base.schema import Invalid, coerce


def load_plugins(given: object) -> None:
    """Run each file once per process.

    Args:
        given: the value of `plugins`: paths, text is one of them.

    Raises:
        ConfigError: these are no paths, or a file is not there or fails.
    """
    try:
        paths: tuple[Path, ...] = coerce(given, tuple[Path, ...])
    except Invalid as error:
        raise ConfigError(f"plugins: {error}.") from error
    for path in paths:
        if not path.is_file():
            raise ConfigError(f"plugins: no file '{path}'. Give the path of a Python file.")
        name = f"cnnlab_plugin_{path.resolve().as_posix().encode().hex()}"
        if name in sys.modules:
            continue
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise ConfigError(f"plugins: '{path}' is not a Python file. Its name has to end in .py.")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            del sys.modules[name]
            raise ConfigError(_failure(path, error)) from error


def _failure(path: Path, error: Exception) -> str:
    if not isinstance(error, ImportError) or (error.name or "").partition(".")[0] != "cnnlab":
        return f"plugins: '{path}' fails: {type(error).__name__}: {error}."
    from cnnlab import parts  # loads torch

    missing = str(error.name)
    reason = f"there is no {missing}" if isinstance(error, ModuleNotFoundError) else str(error).partition(" (")[0]
    names = [*_imported(path, missing), missing.rpartition(".")[2]]
    stable = dict.fromkeys(known for name in names for known in (name, name.upper()) if known in parts.__all__)
    example = f": from cnnlab.parts import {', '.join(stable)}" if stable else "."
    return f"plugins: '{path}': {reason}. Tables and bounds are in cnnlab.parts{example}"


def _imported(path: Path, package: str) -> Iterator[str]:
    """Yield the last word of everything that a file imports from a package of cnnlab, or from what lies below it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(package):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name.rpartition(".")[2] for alias in node.names if alias.name.startswith(package))
