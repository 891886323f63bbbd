import subprocess
import sys

import pytest

from cnnlab.cli.main import main
from cnnlab.runs.run import execute
from tests.conftest import SMALL_DATA, tiny

pytestmark = pytest.mark.usefixtures("in_empty_folder")
TINY = (*SMALL_DATA, "dataset.image_size=8", "model.width=0.05", "epochs=1", "batch_size=16", "augmentation=flip_crop")
CODE = """
import sys
from cnnlab.cli.main import main
assert main({args}) == 0
print([name for name in ("torch", "matplotlib", "PIL", "scipy") if name in sys.modules])
"""


def repeated(*args):
    return subprocess.run([sys.executable, "-c", CODE.format(args=list(args))], capture_output=True, text=True)


@pytest.mark.parametrize(
    "args",
    [
        TINY,
        ("transfer", *SMALL_DATA, "backbone=shufflenet_v2_x0_5", "backbone.weights=none", "dataset.image_size=32"),
    ],
)
def test_repeating_a_finished_run_loads_no_torch(args):
    assert main(list(args)) == 0
    again = repeated(*args)
    assert "finished before; nothing was trained (rerun=true trains again)" in again.stdout
    assert (again.stdout.splitlines()[-1], again.stderr) == ("[]", "")


def test_finished_run_is_remembered_by_what_is_typed_later():
    folder = execute(tiny("tags=[first]")).folder
    assert execute(tiny("tags=[thesis]", "note=again")).folder.path == folder.path
    execute(tiny())
    assert {key: folder.read_config()[key] for key in ("tags", "note")} == {"tags": ["thesis"], "note": "again"}
