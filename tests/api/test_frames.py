"""Tables as data frames."""

import sys

import pytest

from cnnlab.api.frames import frame
from cnnlab.base.errors import ConfigError


def test_numbers_are_numbers_and_empty_cells_are_missing():
    rows = [
        {"epoch": "1", "loss": "0.5", "test": "", "name": "7", "note": "a", "of": ""},
        {"epoch": "2", "loss": "nan", "test": "", "name": "9", "note": "1", "of": "0.1"},
    ]
    found = frame(rows, texts=("name",))
    assert found["epoch"].tolist() == [1, 2]
    assert found["epoch"].dtype == "int64"
    assert found["loss"].isna().tolist() == [False, True]
    assert found["test"].isna().all()
    assert found["name"].tolist() == ["7", "9"]
    assert found["note"].tolist() == ["a", "1"]
    assert found["of"].fillna(0).tolist() == [0, 0.1]


def test_columns_are_there_without_rows():
    assert list(frame([], columns=("run_id", "status"))) == ["run_id", "status"]


def test_missing_pandas_is_said_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ConfigError, match=r"^tables: pandas is not installed \(.+\)\. Install it: .+ -m pip install '"):
        frame([])
