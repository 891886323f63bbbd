import subprocess
import sys

import pytest

from cnnlab.base.schema import Invalid, coerce
from cnnlab.sweeps.steering_keys import STEERING


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [("max_seeds", 1001, r"in \[2, 1000\], got 1001"), ("trials", 0, "must be > 0, got 0"), ("eta", 4, "2, 3")],
)
def test_value_out_of_range_is_refused(key, value, told):
    with pytest.raises(Invalid, match=told):
        coerce(value, STEERING[key])


def test_keys_are_known_without_all_that_a_sweep_takes():
    code = "import sys, cnnlab.sweeps.steering_keys; print('cnnlab.outputs.study_folder' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("False\n", "")
