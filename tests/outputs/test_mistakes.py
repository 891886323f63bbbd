import numpy as np
import pytest

from cnnlab.outputs.mistakes import Mistakes, read_mistakes, write_mistakes
from cnnlab.outputs.run_folder import RunFolder


def test_mistakes_come_back_as_they_were_written(tmp_path):
    folder = RunFolder(tmp_path / "run")
    images = np.arange(24, dtype=np.uint8).reshape(2, 3, 2, 2)
    write_mistakes(folder, Mistakes(images, np.array([7, 3])))
    found = read_mistakes(folder)
    np.testing.assert_array_equal(found.images, images)
    assert found.index.tolist() == [7, 3]


def test_pickles_are_not_loaded(tmp_path):
    folder = RunFolder(tmp_path)
    np.savez(folder.mistakes, images=np.array([{}], dtype=object), index=np.zeros(1, dtype=np.int64))
    with pytest.raises(ValueError, match=r"^Object arrays cannot be loaded when allow_pickle=False$"):
        read_mistakes(folder)
