import pytest


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Every comparison is made in a folder of its own, on a terminal of 80 columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path
