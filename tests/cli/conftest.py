import pytest

from cnnlab.runs import job
from tests.conftest import at_once


@pytest.fixture(autouse=True)
def folder(in_empty_folder, monkeypatch):
    """Every command is typed in an empty folder."""
    monkeypatch.delenv("HYDRA_FULL_ERROR", raising=False)
    return in_empty_folder


@pytest.fixture
def trained(monkeypatch):
    """Take the place of training; return what would have been trained: plain values, and what was typed."""
    calls = []

    def run(plain, overrides, **_):
        calls.append((plain, list(overrides)))
        return 0

    monkeypatch.setattr(job, "run", at_once(run))
    return calls
