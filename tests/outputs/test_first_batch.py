import numpy as np

from cnnlab.outputs.first_batch import FirstBatch, read_first_batch, write_first_batch
from cnnlab.outputs.run_folder import RunFolder


def test_what_is_written_is_read_back_and_names_cannot_steer_a_terminal(tmp_path):
    images = np.arange(24, dtype=np.uint8).reshape(2, 3, 2, 2)
    folder = RunFolder(tmp_path / "run")
    write_first_batch(folder, FirstBatch(images, ["cats 70 %, dogs", "a\x1bb"], 64))
    found = read_first_batch(folder)
    np.testing.assert_array_equal(found.images, images)
    assert (list(found.captions), found.size) == (["cats 70 %, dogs", "a\\x1bb"], 64)
