import importlib.util
import json
import os
import subprocess
import sys

import pytest

from cnnlab.config.trackers import REQUIREMENTS
from cnnlab.runs.tracking.trackers import TRACKERS
from tests.pages import ROOT


def test_table_has_every_tracker_that_can_be_asked_for():
    assert set(TRACKERS) == set(REQUIREMENTS)


def test_adapters_import_neither_torch_nor_their_libraries():
    code = (
        "import sys, cnnlab.runs.tracking.trackers as t; print([n for n in (*t.TRACKERS, 'torch') if n in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "[]\n"


@pytest.mark.parametrize("name", TRACKERS)
def test_own_reader_shows_every_epoch_once_also_of_a_run_that_went_on(name, tmp_path):
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("WANDB_", "MLFLOW_"))}
    own = {"WANDB_MODE": "offline", "TRACKIO_DIR": str(tmp_path / "trackio"), "PYTHONPATH": f"{ROOT}/src:{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.runs.tracking.read_back", name],
        cwd=tmp_path, env={**environment, **own}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {  # the line alone: nothing else is printed
        "curve": [[1, 0.5], [2, 0.25], [3, 0.125]], "optimizer": "adam", "study": "mine", "status": "finished",
        "summary/test.accuracy": 0.75,
    }  # fmt: skip
