import pytest

from cnnlab.base.runtime import start_runtime


@pytest.fixture
def deterministic():
    """Let equal trainings on a GPU have equal bits, and put torch back."""
    start_runtime(device="cuda", precision="fp32", threads=None, deterministic=None)
    yield
    start_runtime(device="cpu", precision="fp32", threads=None, deterministic=False)
