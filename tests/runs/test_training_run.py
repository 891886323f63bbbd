import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.runs.run import execute
from tests.conftest import tiny


def test_parts_that_do_not_fit_are_refused_and_nothing_is_written(in_empty_folder):
    with pytest.raises(ConfigError, match=r"^augmentation\.scale: must go from low to high, got \[1\.1, 0\.9\]\.$"):
        execute(tiny("augmentation=affine", "augmentation.scale=[1.1,0.9]"))
    assert not (in_empty_folder / "outputs").exists()
