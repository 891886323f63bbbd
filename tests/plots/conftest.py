from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cnnlab.plots.run_files import RunFiles
from tests.plots.run_maker import write_run


@pytest.fixture
def make_run(tmp_path: Path) -> Callable[..., RunFiles]:
    """Write a run's folder and open it; the arguments are those of `write_run`."""
    return lambda **changes: RunFiles(write_run(tmp_path, **changes))
