import pytest


@pytest.fixture(autouse=True)
def folder(in_empty_folder, monkeypatch):
    """Every program works in an empty folder, on a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    return in_empty_folder
