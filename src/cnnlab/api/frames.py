"""Tables of files as pandas' data frames."""

from __future__ import annotations

import importlib
import shlex
import sys
from collections.abc import Collection, Iterable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING

from cnnlab.base.errors import ConfigError

if TYPE_CHECKING:
    import pandas as pd

REQUIREMENT = "pandas>=2"


def frame(
    rows: Iterable[Mapping[str, object]], *, columns: Iterable[str] | None = None, texts: Collection[str] = ()
) -> pd.DataFrame:
    """Return rows as a data frame: columns of numbers are numbers, an empty cell is missing.

    Args:
        rows: as they stand in a file, or of values.
        columns: in order; None: as of the rows.
        texts: columns that stay text although they look like numbers: names of classes.

    Raises:
        ConfigError: pandas is not installed; with the command that installs it.
    """
    pd = pandas_module()
    found = pd.DataFrame(list(rows), columns=None if columns is None else list(columns))
    for name in found.columns:
        if name not in texts and (numbers := _numbers(pd, found[name])) is not None:
            found[name] = numbers
    return found


def _numbers(pd: ModuleType, cells: pd.Series) -> pd.Series | None:
    """Return cells as numbers; None where one of them is none, or there are none at all."""
    if not any(isinstance(cell, str) for cell in cells):
        return None  # values, no texts
    known = cells.where(cells.astype(str) != "")
    numbers = pd.to_numeric(known, errors="coerce")
    return None if (numbers.isna() & known.notna() & (known.astype(str).str.lower() != "nan")).any() else numbers


def pandas_module() -> ModuleType:
    """Return pandas.

    Raises:
        ConfigError: it is not installed.
    """
    try:
        return importlib.import_module("pandas")
    except ImportError as error:
        command = shlex.join([sys.executable, "-m", "pip", "install", REQUIREMENT])
        raise ConfigError(f"tables: pandas is not installed ({error}). Install it: {command}") from None
