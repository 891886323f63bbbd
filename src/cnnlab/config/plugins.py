"""Files given with `plugins=[my_parts.py]`: they add entries to the tables and are trusted like code."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable
from pathlib import Path

from cnnlab.base.errors import ConfigError


def load_plugins(paths: Iterable[Path | str] | str) -> None:
    """Run each file once per process; text is one file.

    Raises:
        ConfigError: a file is not there or fails.
    """
    for path in map(Path, [paths] if isinstance(paths, str) else paths):
        if not path.is_file():
            raise ConfigError(f"plugins: no file '{path}'. Give the path of a Python file.")
        name = f"cnnlab_plugin_{path.resolve().as_posix().encode().hex()}"
        if name in sys.modules:
            continue
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise ConfigError(f"plugins: '{path}' is no Python file. Its name has to end in .py.")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            del sys.modules[name]
            raise ConfigError(f"plugins: '{path}' fails: {type(error).__name__}: {error}.") from error
